// The sandbox's page: asks every second what is new, and shows the view that the address names.

import * as account from "./account.js";
import * as contacts from "./contacts.js";
import { ask, at, closeDetail } from "./parts.js";
import * as requests from "./requests.js";

const PERIOD_MS = 1000;
const VIEWS = ["requests", "contacts", "account"];

let last = 0;
let version = null;

function say(state, words) {
  if (at("state").textContent === words) return;
  at("state").dataset.state = state;
  at("state").textContent = words;
}

/** Take in what is new. A number that went back says that the server was started again. */
async function poll() {
  const news = await ask(`requests?after=${last}`);
  if (news.last < last) {
    last = 0;
    version = null;
    requests.forget();
    return poll();
  }
  last = news.last;
  if (news.requests.length) requests.add(news.requests);
  if (news.version !== version) {
    await account.draw();
    await contacts.draw();
    version = news.version;
  }
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
  closeDetail();
  scrollTo(0, 0);
  for (const name of VIEWS) at(name).hidden = name !== view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "account") account.draw().catch(() => {}); // faults may have changed without the data
}

requests.start();
contacts.start();
for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());
at("detail-close").addEventListener("click", closeDetail);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeDetail());
addEventListener("hashchange", showView);
showView();
requests.forget();
void watch();
