// The sandbox's page: asks every second what is new, and shows the view that the address names.

import * as account from "./account.js";
import * as contacts from "./contacts.js";
import * as detail from "./detail.js";
import { ask, at, made } from "./parts.js";
import * as requests from "./requests.js";

const PERIOD_MS = 1000;
const VIEWS = ["requests", "contacts", "account"];
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

let last = 0;
let run = null;
let version = null;

function say(state, words) {
  if (at("state").textContent === words) return;
  at("state").dataset.state = state;
  at("state").textContent = words;
}

/** Take in what is new; a server that was started again has everything to tell anew. */
async function poll() {
  const news = await ask(`requests?after=${last}`);
  if (run !== null && run !== news.run) {
    last = 0;
    run = version = null;
    requests.forget();
    return poll();
  }
  const isNews = news.last !== last || news.version !== version;
  ({ last, run } = news);
  requests.add(news.requests, news.first);
  if (news.version !== version) {
    await account.draw();
    await contacts.draw();
    version = news.version;
  }
  if (isNews) await detail.renew();
}

async function watch() {
  try {
    if (!document.hidden) {
      await poll();
      say("live", "Live");
    }
  } catch {
    say("gone", "The sandbox does not answer; trying again…");
  }
  setTimeout(watch, PERIOD_MS);
}

function showView() {
  const wanted = location.hash.slice(1);
  if (wanted === "main") return; // the link that skips to the content
  const view = VIEWS.includes(wanted) ? wanted : VIEWS[0];
  detail.close();
  for (const name of VIEWS) at(name).hidden = name !== view;
  scrollTo(0, 0);
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "account") account.draw().catch(() => {}); // faults may have changed without the data
}

/** Arrows go from row to row, a slash to the search. */
function onKey(event) {
  const row = document.activeElement?.closest("tbody tr");
  if (event.key in STEPS && row) {
    const next = STEPS[event.key] > 0 ? row.nextElementSibling : row.previousElementSibling;
    next?.querySelector("button")?.focus();
    event.preventDefault();
  } else if (event.key === "/" && document.activeElement?.tagName !== "INPUT") {
    document.querySelector("main section:not([hidden]) input[type=search]")?.focus();
    event.preventDefault();
  }
}

at("base").replaceChildren(made("code", {}, `${location.origin}/api`));
document.title = `${location.host} – sandbox`;
detail.start();
requests.start();
contacts.start();
for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", onKey);
addEventListener("hashchange", showView);
showView();
requests.forget();
void watch();
