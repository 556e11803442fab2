// The contacts, newest first.

import { listsOf, mark, openContact, standingOf } from "./detail.js";
import { ask, at, count, made, pressed, rowOf } from "./parts.js";

const PAGE = 50;
const MOST = 1000;
// Typing is over when no key has come for so long.
const TYPED_MS = 200;

let asked = 0;
let most = PAGE;

export function start() {
  let typed;
  at("contacts-search").addEventListener("input", () => {
    clearTimeout(typed);
    most = PAGE;
    typed = setTimeout(redraw, TYPED_MS);
  });
  at("contacts-more").addEventListener("click", () => {
    most = Math.min(most * 4, MOST);
    redraw();
  });
}

// A sandbox that is away is told of by the page as a whole.
const redraw = () => void draw().catch(() => {});

/** Draw what is found now; an answer that a later question overtook is dropped. */
export async function draw() {
  const mine = ++asked;
  const sought = at("contacts-search").value.trim();
  const found = await ask(`contacts?most=${most}&search=${encodeURIComponent(sought)}`);
  if (mine !== asked) return;
  const focused = document.activeElement?.closest("tr")?.dataset.key;
  const rows = found.contacts.map(contactRow);
  at("contacts-rows").replaceChildren(...rows);
  mark();
  rows.find((row) => row.dataset.key === focused)?.querySelector("button").focus();
  if (!sought) at("contacts-count").textContent = found.total.toLocaleString("en");
  at("contacts-found").textContent = sought ? count(found.total, "contact") : "";
  at("contacts-none").textContent = noneOf(rows.length, sought);
  const isMore = found.before !== null && rows.length < found.total;
  at("contacts-more").hidden = !isMore || most >= MOST;
  if (isMore && most >= MOST) {
    at("contacts-none").textContent = `The newest 1,000 are shown; search for the others.`;
  }
}

function noneOf(number, sought) {
  if (number) return "";
  return sought ? "No contact matches." : "There is no contact yet.";
}

function contactRow(contact) {
  const title = contact.email ?? contact.userId ?? contact.id;
  const open = (button) => void openContact({ id: contact.id }, button);
  return rowOf(contact.id, [
    made("td", { className: "first" }, pressed(title, open)),
    made("td", { className: "id" }, contact.userId),
    made("td", {}, [contact.firstName, contact.lastName].filter(Boolean).join(" ")),
    made("td", {}, standingOf(contact)),
    made("td", {}, listsOf(contact)),
  ]);
}
