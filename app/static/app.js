// The page works without any of this. Loaded as an async module in the head, so it may start while a
// page is still arriving (the waiting page does for up to 25 seconds): each part is started when its
// element is complete, and again for parts that arrive later.
import { Button, CharacterCount, Checkboxes, ErrorSummary, ExitThisPage, NotificationBanner, ServiceNavigation, SkipLink } from "./govuk/govuk-frontend.min.js";

const minute = 60_000;
const warnBefore = 5 * minute;

// The page of another tab that is used keeps this one signed in too, and a sign-out ends all.
// Each door of the service has a channel of its own.
const channel = (door) => "BroadcastChannel" in window ? new BroadcastChannel(`svd-session${door}`) : null;

class Timeout {
  constructor(dialog) {
    this.dialog = dialog;
    this.tabs = channel(dialog.dataset.door ?? "");
    this.left = dialog.querySelector("[data-left]");
    this.seconds = Number(dialog.dataset.seconds);
    this.form = dialog.querySelector("[data-stay]");
    this.form.addEventListener("submit", (event) => this.stay(event));
    dialog.addEventListener("cancel", (event) => this.stay(event));
    this.tabs?.addEventListener("message", ({ data }) => data > 0 ? this.restart(data) : this.end());
    document.addEventListener("visibilitychange", () => this.tick());
    this.restart(this.seconds);
    this.tabs?.postMessage(this.seconds);
  }

  restart(seconds) {
    this.endsAt = Date.now() + seconds * 1000;
    this.said = 0;
    if (this.dialog.open) this.dialog.close();
    this.tick();
  }

  tick() {
    clearTimeout(this.timer);
    const left = this.endsAt - Date.now();
    if (left <= -2000) return this.end();
    if (left > warnBefore) {
      this.timer = setTimeout(() => this.tick(), Math.min(left - warnBefore, minute));
      return;
    }
    if (!this.dialog.open) this.dialog.showModal();
    this.say(Math.max(1, Math.ceil(left / minute)));
    this.timer = setTimeout(() => this.tick(), 1000);
  }

  // Spoken at 5, 2 and 1 minutes, not each second.
  say(minutes) {
    if (this.said && (minutes >= this.said || ![5, 2, 1].includes(minutes))) return;
    this.said = minutes;
    const { minutesMany, minutesOne } = this.dialog.dataset;
    this.left.textContent = minutes === 1 ? minutesOne : minutesMany.replace("%n", minutes);
  }

  async stay(event) {
    event.preventDefault();
    try {
      const answer = await fetch(this.form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(this.form)),
        redirect: "error",
      });
      const { seconds } = await answer.json();
      if (!answer.ok || !(seconds > 0)) throw new Error();
      this.restart(seconds);
      this.tabs?.postMessage(seconds);
    } catch {
      this.form.submit();
    }
  }

  end() {
    clearTimeout(this.timer);
    location.assign(this.dialog.dataset.ended ?? "/timed-out");
  }
}

// What is waited for, said to screen readers as it comes; the words are the server's own.
class Waiting {
  constructor(status) {
    this.status = status;
    this.watch = new MutationObserver(() => this.look());
    this.watch.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", () => this.look());
    this.look();
  }

  look() {
    const said = document.querySelectorAll("[data-say]");
    const last = said[said.length - 1];
    if (last && this.last !== last) {
      this.last = last;
      this.status.textContent = last.dataset.say;
      if (last.dataset.title) document.title = last.dataset.title;
    }
  }
}

class Print {
  constructor(button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

const parts = {
  "govuk-button": Button,
  "govuk-character-count": CharacterCount,
  "govuk-checkboxes": Checkboxes,
  "govuk-error-summary": ErrorSummary,
  "govuk-exit-this-page": ExitThisPage,
  "govuk-notification-banner": NotificationBanner,
  "govuk-service-navigation": ServiceNavigation,
  "govuk-skip-link": SkipLink,
  "app-timeout": Timeout,
  "app-waiting": Waiting,
  "app-print": Print,
};
const started = new WeakSet();

// Complete: the parser has gone on to something after it.
function complete(element) {
  if (document.readyState !== "loading") return true;
  for (let at = element; at; at = at.parentElement) if (at.nextSibling) return true;
  return false;
}

function start() {
  for (const element of document.querySelectorAll("[data-module]")) {
    const Part = parts[element.dataset.module];
    if (!Part || started.has(element) || !complete(element)) continue;
    started.add(element);
    try {
      new Part(element);
    } catch {
      // This part stays as it is without script; the others start.
    }
  }
}

start();
const arriving = new MutationObserver(start);
arriving.observe(document, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => {
  arriving.disconnect();
  start();
});
if (document.readyState !== "loading") {
  arriving.disconnect();
  start();
}
// A page that comes back from the browser's memory after a sign-out is asked for again.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
