// The requests as they come, newest first.

import { mark, openRequest } from "./detail.js";
import { ask, at, made, pressed, rowOf } from "./parts.js";
import { isProblem, notesOf, pathOf, sentOf, statusOf, textOf, timeOf, whoOf } from "./records.js";

let records = [];

export function start() {
  at("requests-search").addEventListener("input", draw);
  at("requests-problems").addEventListener("change", draw);
  at("requests-clear").addEventListener("click", async () => {
    await ask("requests", { method: "DELETE" }).then(forget, () => {});
  });
}

/** Take in new ones, and drop those before `first`, which the sandbox has forgotten. */
export function add(found, first) {
  records.push(...found);
  records = records.filter((record) => record.number >= first);
  const rows = at("requests-rows");
  rows.prepend(...found.filter(isSought).reverse().map(requestRow));
  while (rows.rows.length && Number(rows.lastElementChild.dataset.key) < first) {
    rows.lastElementChild.remove();
  }
  say();
}

export function forget() {
  records = [];
  draw();
}

function draw() {
  at("requests-rows").replaceChildren(...records.filter(isSought).reverse().map(requestRow));
  mark();
  say();
}

function say() {
  at("requests-count").textContent = records.length ? records.length.toLocaleString("en") : "";
  const none = at("requests-none");
  if (at("requests-rows").rows.length) none.replaceChildren();
  else if (records.length) none.replaceChildren("No request matches.");
  else {
    const base = made("code", {}, `${location.origin}/api`);
    none.replaceChildren("No request has come yet. The base URL for your code: ", base);
  }
}

function isSought(record) {
  if (at("requests-problems").checked && !isProblem(record)) return false;
  const sought = at("requests-search").value.trim().toLowerCase();
  return !sought || textOf(record).includes(sought);
}

function requestRow(record) {
  const open = (button) => openRequest(record, button);
  return rowOf(record.number, [
    made("td", { className: "time" }, timeOf(record)),
    made("td", {}, statusOf(record)),
    made("td", { className: "path" }, pressed(pathOf(record), open), ...notesOf(record)),
    made("td", {}, whoOf(record)),
    made("td", { className: "sent" }, sentOf(record)),
    made("td", { className: "number" }, record.ms < 10 ? record.ms.toFixed(1) : Math.round(record.ms)),
  ]);
}
