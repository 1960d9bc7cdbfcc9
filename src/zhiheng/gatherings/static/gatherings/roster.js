// The one line of the roster: it offers people while one types, sends a line at each Enter without waiting for the last
// answer, keeps what did not arrive and sends it again. The page works without it, a request a line.
const form = document.querySelector("#entry");
const state = document.querySelector("#state");

if (form) {
  const line = form.querySelector("#line");
  const list = form.querySelector("#people");
  const unsent = form.querySelector("#unsent");
  const queue = [];
  let sending = false;
  let asked = 0;
  let chosen = -1;
  let timer = 0;

  const show = (html) => {
    const held = document.activeElement;
    state.innerHTML = html;
    if (!held?.isConnected) line.focus();
  };

  // signing in makes a new token: what waits is sent with that of the page as it is now
  const renew = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const token = page.querySelector("#entry [name=csrfmiddlewaretoken]");
    if (token) form.querySelector("[name=csrfmiddlewaretoken]").value = token.value;
  };

  const post = async (address, body) => {
    const answer = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } });
    // signed out meanwhile, or something broke: what comes back is another page, and the line was not taken
    if (answer.redirected || answer.status === 403 || answer.status >= 500) throw new Error(String(answer.status));
    return answer.text();
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    while (queue.length) {
      const body = new FormData(form); // with the token as it is now
      body.set("lines", queue[0]);
      try {
        show(await post(form.action, body));
        queue.shift();
        unsent.hidden = true;
      } catch {
        // sending a line twice enters it once
        unsent.textContent = unsent.dataset.words + queue.join("；");
        unsent.hidden = false;
        await new Promise((done) => setTimeout(done, 2000));
        await renew().catch(() => {});
      }
    }
    sending = false;
  };

  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    chosen = -1;
    line.setAttribute("aria-expanded", "false");
    line.removeAttribute("aria-activedescendant");
  };

  const enter = (text) => {
    clearTimeout(timer);
    asked += 1;
    close();
    line.value = "";
    if (!text.trim()) return;
    queue.push(text);
    send();
  };

  const choose = (place) => {
    const offered = [...list.children];
    chosen = (place + offered.length) % offered.length;
    offered.forEach((each, i) => each.setAttribute("aria-selected", String(i === chosen)));
    line.setAttribute("aria-activedescendant", offered[chosen].id);
  };

  const offer = async () => {
    const mine = (asked += 1);
    const typed = line.value.trim();
    if (!typed) return close();
    let people = [];
    try {
      const answer = await fetch(`${form.dataset.people}?q=${encodeURIComponent(typed)}`);
      ({ people } = await answer.json());
    } catch {
      return undefined; // offering is a convenience: the line can be sent all the same
    }
    if (mine !== asked) return undefined;
    close();
    if (!people.length) return undefined;
    list.replaceChildren(
      ...people.map((person, i) => {
        const item = document.createElement("li");
        item.id = `person-${i}`;
        item.role = "option";
        item.dataset.line = person.line;
        item.setAttribute("aria-selected", "false");
        const more = document.createElement("span");
        more.textContent = ` ${person.organisation} ${person.mobile}`;
        if (person.registered) more.className = "registered";
        item.append(person.name, more);
        return item;
      }),
    );
    list.hidden = false;
    line.setAttribute("aria-expanded", "true");
    return undefined;
  };

  line.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, 120);
  });
  line.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter ends the spelling of a character
    const open = !list.hidden;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter") {
      event.preventDefault();
      enter(open && chosen >= 0 ? list.children[chosen].dataset.line : line.value);
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey) && !line.value) {
      event.preventDefault();
      state.querySelector("[data-undo]")?.requestSubmit();
    }
  });
  list.addEventListener("mousedown", (event) => {
    const item = event.target.closest("li");
    if (!item) return;
    event.preventDefault();
    enter(item.dataset.line);
  });
  line.addEventListener("blur", close);
  // an input would join the lines of a sheet
  line.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!text.trim().includes("\n")) return;
    event.preventDefault();
    enter(text);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enter(line.value);
  });

  // undo, and the lines to resolve, change what is below the line only
  state.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(event.target, event.submitter);
    try {
      show(await post(event.target.action, body));
      if (event.target.closest(".waiting")) state.querySelector(".waiting button")?.focus();
      else line.focus();
    } catch {
      unsent.textContent = unsent.dataset.failed;
      unsent.hidden = false;
    }
  });
}
