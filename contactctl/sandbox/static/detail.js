// One request or one contact whole: beside the list, or over it on a narrow screen.

import { ask, at, block, made, pressed, terms } from "./parts.js";
import { dayOf, notesOf, pathOf, sentOf, statusOf, timeOf } from "./records.js";

const narrow = matchMedia("(max-width: 60rem)");

let lists = new Map();
let suppressed = new Set();
// Where the focus goes back to: the table and the key of a row, which may be drawn anew meanwhile.
let opener = null;
// The contact that is open, and what was last seen of it.
let contact = null;
let seen = "";

export function start() {
  at("detail-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  narrow.addEventListener("change", cover);
}

export function know(account) {
  lists = new Map(account.lists.map((list) => [list.id, list.name]));
  suppressed = new Set(account.suppressed);
}

/** Return where a contact stands, in words. */
export function standingOf({ subscribed, email }) {
  return `${subscribed ? "subscribed" : "unsubscribed"}${suppressed.has(email) ? ", suppressed" : ""}`;
}

export const listsOf = ({ mailingLists }) =>
  Object.entries(mailingLists ?? {})
    .filter(([, isIn]) => isIn)
    .map(([id]) => lists.get(id) ?? id)
    .join(", ");

export function close() {
  if (at("detail").hidden) return;
  at("detail").hidden = true;
  contact = null;
  cover();
  openerRow()?.querySelector("button").focus();
  opener = null;
  mark();
}

const openerRow = () => [...(opener?.body.rows ?? [])].find((row) => row.dataset.key === opener.key);

/** Mark the row that is open, and no other. */
export function mark() {
  for (const row of document.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current");
  openerRow()?.setAttribute("aria-current", "true");
}

export function openRequest(record, from) {
  contact = null;
  const pairs = [
    ["Status", statusOf(record)],
    ...notesOf(record).map((note, number) => [number === 0 && record.why ? "Why" : "Note", note]),
    ["Time", `${dayOf(record)} ${timeOf(record)}, ${record.ms} ms`],
    ...Object.entries(record.contact ?? {}).map(([name, value]) => [name, contactButton(name, value)]),
    ...Object.entries(record.query).map(([name, value]) => [`?${name}`, value]),
  ];
  const parts = [terms(pairs)];
  for (const [title, body] of [["Request body", record.request], ["Answer", record.reply]]) {
    if (body !== null) parts.push(made("h3", {}, title), block(body));
  }
  open(pathOf(record), parts, from);
}

const contactButton = (name, value) => pressed(value, () => void openContact({ [name]: value }));

/** Show a contact that is known by one of its names. */
export async function openContact(known, from) {
  const found = await contentOf(known).catch(() => null);
  contact = known;
  seen = found?.text ?? "";
  const title = found?.title ?? Object.values(known)[0];
  open(title, found?.parts ?? [made("p", {}, "The sandbox does not answer.")], from);
}

/** Show what is new of the contact that is open. */
export async function renew() {
  const mine = contact;
  if (!mine) return;
  const found = await contentOf(mine);
  if (mine !== contact || found.text === seen) return;
  seen = found.text;
  const wasInside = at("detail-body").contains(document.activeElement);
  at("detail-title").replaceChildren(made("bdi", {}, found.title));
  at("detail-body").replaceChildren(...found.parts);
  if (wasInside) at("detail").focus();
}

async function contentOf(known) {
  const [[name, value]] = Object.entries(known);
  const page = await ask(`contacts?most=1000&search=${encodeURIComponent(value)}`);
  const same = (one) => String(one[name] ?? "").toLowerCase() === value.toLowerCase();
  const whole = page.contacts.find(same);
  const requests = await requestsOf(whole ?? known);
  const parts = whole ? [fieldsOf(whole)] : [made("p", { className: "none" }, "There is no such contact now.")];
  const history = requests.length
    ? made("ol", {}, ...requests.map(entryOf))
    : made("p", { className: "none" }, "None among those that the sandbox remembers.");
  return {
    title: whole?.email ?? value,
    text: JSON.stringify([whole, requests]),
    parts: [...parts, made("h3", {}, "Requests"), history],
  };
}

function fieldsOf(whole) {
  const fields = Object.entries(whole)
    .filter(([name, value]) => !["mailingLists", "subscribed"].includes(name) && value !== null && value !== "")
    .map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : value]);
  return terms([["Status", standingOf(whole)], ["Lists", listsOf(whole) || "none"], ...fields]);
}

/** Return a contact's requests, newest first, by whatever name it was meant. */
async function requestsOf({ email, userId, id }) {
  const names = [email, userId, id].filter(Boolean);
  const ofName = async (name) => (await ask(`requests?contact=${encodeURIComponent(name)}`)).requests;
  const all = (await Promise.all(names.map(ofName))).flat();
  const found = [...new Map(all.map((record) => [record.number, record])).values()];
  return found.sort((one, other) => other.number - one.number);
}

function entryOf(record) {
  const button = pressed(`${timeOf(record)}  ${pathOf(record)}`, () => openRequest(record));
  const sent = made("span", { className: "sent" }, sentOf(record));
  return made("li", {}, statusOf(record), " ", button, sent, ...notesOf(record));
}

function open(title, children, from) {
  const row = from?.closest("tr");
  if (row) opener = { body: row.parentElement, key: row.dataset.key };
  mark();
  at("detail-title").replaceChildren(made("bdi", {}, title));
  at("detail-body").replaceChildren(...children);
  at("detail").hidden = false;
  at("detail").scrollTop = 0;
  cover();
  at("detail").focus();
}

/** Keep the keyboard out of what the detail covers. */
function cover() {
  const isCovered = narrow.matches && !at("detail").hidden;
  for (const part of [document.querySelector("header"), at("main")]) part.inert = isCovered;
}
