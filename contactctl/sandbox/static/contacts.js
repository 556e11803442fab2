// The contacts, newest first, and one contact whole with what happened to it.

import { ask, at, count, made, openDetail, openingRow, terms } from "./parts.js";
import { historyOf } from "./requests.js";

const PAGE = 50;
// Typing is over when no key has come for so long.
const TYPED_MS = 200;

let listNames = new Map();
let asked = 0;
let most = PAGE;

export function start() {
  let typed;
  at("contacts-search").addEventListener("input", () => {
    clearTimeout(typed);
    most = PAGE;
    typed = setTimeout(() => void draw(), TYPED_MS);
  });
  at("contacts-more").addEventListener("click", () => {
    most = Math.min(most * 4, 1000);
    void draw();
  });
}

export function nameLists(lists) {
  listNames = new Map(lists.map((list) => [list.id, list.name]));
}

/** Draw what is found now; an answer that a later question overtook is dropped. */
export async function draw() {
  const mine = ++asked;
  const sought = at("contacts-search").value.trim();
  const found = await ask(`contacts?most=${most}&search=${encodeURIComponent(sought)}`);
  if (mine !== asked) return;
  const focused = document.activeElement?.closest("tr")?.dataset.key;
  const rows = found.contacts.map(rowOf);
  at("contacts-rows").replaceChildren(...rows);
  rows.find((row) => row.dataset.key === focused)?.querySelector("button").focus();
  if (!sought) at("contacts-count").textContent = found.total.toLocaleString("en");
  at("contacts-found").textContent = sought ? count(found.total, "contact") : "";
  at("contacts-none").textContent = noneOf(rows.length, sought);
  const isMore = found.before !== null && rows.length < found.total;
  at("contacts-more").hidden = !isMore || most >= 1000;
  if (isMore && most >= 1000) {
    at("contacts-none").textContent = `The newest 1,000 are shown; search for the others.`;
  }
}

function noneOf(number, sought) {
  if (number) return "";
  return sought ? "No contact matches." : "There is no contact yet.";
}

const listsOf = (contact) =>
  Object.entries(contact.mailingLists ?? {})
    .filter(([, isIn]) => isIn)
    .map(([id]) => listNames.get(id) ?? id);

function rowOf(contact) {
  const title = contact.email ?? contact.userId ?? contact.id;
  const cells = [
    made("td", { className: "first" }, made("button", { type: "button" }, title)),
    made("td", { className: "id" }, contact.userId),
    made("td", {}, [contact.firstName, contact.lastName].filter(Boolean).join(" ")),
    made("td", { className: "standing" }, contact.subscribed ? "subscribed" : "unsubscribed"),
    made("td", {}, listsOf(contact).join(", ")),
  ];
  return openingRow(contact.id, cells, (button) => void open(contact, title, button));
}

async function open(contact, title, from) {
  const fields = Object.entries(contact)
    .filter(([name, value]) => name !== "mailingLists" && value !== null && value !== "")
    .map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : value]);
  const lists = listsOf(contact).join(", ") || "none";
  const history = await historyOf(contact).catch(() => made("p", {}, "The sandbox does not answer."));
  openDetail(title, [terms([...fields, ["Lists", lists]]), made("h3", {}, "Requests"), history], from);
}
