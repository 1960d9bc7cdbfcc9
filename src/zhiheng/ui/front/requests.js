// htmx under `script-src 'self'`: nothing is evaluated, no style is written, only this origin is asked.
import htmx from "htmx.org";

Object.assign(htmx.config, { includeIndicatorCSS: false, history: false, mode: "same-origin" });

const token = () => document.querySelector('meta[name="csrf"]')?.content;

// the cookie is closed to scripts: the token stands in a meta tag
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (token() && ctx.request.method !== "GET") ctx.request.headers["X-CSRFToken"] = token();
});

// an answer that is not what was asked (signed out meanwhile, refused, no network) never replaces what is on the page
const lost = (shown) => {
  const said = document.getElementById("lost");
  if (said) said.hidden = !shown;
};
document.addEventListener("htmx:before:response", (event) => {
  const { raw, status } = event.detail.ctx.response;
  lost(raw.redirected || status >= 400);
  if (raw.redirected || status >= 400) event.preventDefault();
});
document.addEventListener("htmx:error", () => lost(true));
