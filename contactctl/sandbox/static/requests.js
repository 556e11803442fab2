// The requests as they come, newest first.

import { ask, at, block, made, openDetail, openingRow, shown, statusOf, terms, timeOf } from "./parts.js";

// As many as the sandbox remembers.
const MOST = 1000;

let records = [];

const pathOf = (record) => `${record.method} ${record.path.replace(/^\/api\/v1/, "")}`;
const whoOf = (record) => record.contact?.email ?? record.contact?.userId ?? record.contact?.id ?? "";

export function add(found) {
  records.push(...found);
  records = records.slice(-MOST);
  const rows = at("requests-rows");
  rows.prepend(...found.filter(isSought).reverse().map(rowOf));
  while (rows.rows.length > MOST) rows.lastElementChild.remove();
  say();
}

export function forget() {
  records = [];
  draw();
}

export function start() {
  at("requests-search").addEventListener("input", draw);
  at("requests-failed").addEventListener("change", draw);
  at("requests-clear").addEventListener("click", async () => {
    await ask("requests", { method: "DELETE" }).then(forget, () => {});
  });
}

/** Return what opens each of a contact's requests, newest first, by whatever name it was meant. */
export async function historyOf({ email, userId, id }) {
  const names = [email, userId, id].filter(Boolean);
  const ofName = async (name) => (await ask(`requests?contact=${encodeURIComponent(name)}`)).requests;
  const all = (await Promise.all(names.map(ofName))).flat();
  const found = [...new Map(all.map((record) => [record.number, record])).values()];
  found.sort((one, other) => other.number - one.number);
  if (!found.length) return made("p", { className: "none" }, "None since the server began.");
  return made("ol", {}, ...found.map(entryOf));
}

function entryOf(record) {
  const button = made("button", { type: "button" }, `${timeOf(record)}  ${pathOf(record)}`);
  button.addEventListener("click", () => open(record));
  return made("li", {}, statusOf(record.status), " ", button);
}

function draw() {
  at("requests-rows").replaceChildren(...records.filter(isSought).reverse().map(rowOf));
  say();
}

function say() {
  at("requests-count").textContent = records.length ? records.length.toLocaleString("en") : "";
  const nothing = records.length ? "No request matches." : "No request has come yet.";
  at("requests-none").textContent = at("requests-rows").rows.length ? "" : nothing;
}

function isSought(record) {
  if (at("requests-failed").checked && record.status < 400) return false;
  const sought = at("requests-search").value.trim().toLowerCase();
  const names = Object.values(record.contact ?? {}).join(" ");
  return `${pathOf(record)} ${record.status} ${names} ${record.why ?? ""}`.toLowerCase().includes(sought);
}

function rowOf(record) {
  const path = made("td", { className: "path" }, made("button", { type: "button" }, pathOf(record)));
  if (record.why) path.append(made("span", { className: "why" }, record.why));
  const cells = [
    made("td", { className: "time" }, timeOf(record)),
    made("td", {}, statusOf(record.status)),
    path,
    made("td", {}, whoOf(record)),
    made("td", { className: "number" }, record.ms < 10 ? record.ms.toFixed(1) : Math.round(record.ms)),
  ];
  const row = openingRow(record.number, cells, (button) => {
    row.setAttribute("aria-selected", "true");
    open(record, button, () => row.removeAttribute("aria-selected"));
  });
  return row;
}

function open(record, from, closed) {
  const pairs = [
    ["Status", statusOf(record.status)],
    ["Time", `${shown(record.at)}, ${record.ms} ms`],
    ...Object.entries(record.contact ?? {}),
    ...Object.entries(record.query).map(([name, value]) => [`?${name}`, value]),
  ];
  if (record.why) pairs.splice(1, 0, ["Why", record.why]);
  const parts = [terms(pairs)];
  for (const [title, body] of [["Request body", record.request], ["Answer", record.reply]]) {
    if (body !== null) parts.push(made("h3", {}, title), block(body));
  }
  openDetail(pathOf(record), parts, from, closed);
}
