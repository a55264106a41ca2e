// Comfort only: every page works without this file.
(() => {
  "use strict";

  // Menus and filters -----------------------------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  const wide = matchMedia("(min-width: 60rem)");
  function openFilters() {
    for (const details of document.querySelectorAll("details[data-open-wide]")) details.open = wide.matches;
  }
  openFilters();
  wide.addEventListener("change", openFilters);

  // On a phone the contents of a long page would cover what they lead to.
  document.addEventListener("click", (event) => {
    if (event.target.closest(".toc a") && !wide.matches) event.target.closest("details").open = false;
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  // htmx: short addresses, what is found said aloud, unfolded facets kept open ---------------------------------

  document.addEventListener("htmx:configRequest", (event) => {
    const { formData } = event.detail;
    for (const name of new Set(formData.keys())) {
      const values = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      for (const value of values) formData.append(name, value);
    }
  });

  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", () => {
    unfolded = [...document.querySelectorAll("details[data-keep][open]")].map((details) => details.dataset.keep);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const name of unfolded) document.querySelector(`details[data-keep="${name}"]`)?.setAttribute("open", "");
    const results = document.querySelector("[data-announce]");
    const status = document.getElementById("annonce");
    if (results && status) status.textContent = results.dataset.announce;
  });

  // A link such as « remove this filter » changed the search: the fields that were not replaced follow the address.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    const form = document.getElementById("filtres");
    if (!form) return;
    const query = new URLSearchParams(location.search);
    for (const name of ["q", "ess"]) form.elements.namedItem(name).value = query.get(name) ?? "";
    if (!query.has("bbox")) form.elements.namedItem("bbox")?.remove();
    const box = form.querySelector("[data-combobox=pick]");
    if (!query.has("territory") && !query.has("place")) for (const input of box.querySelectorAll("input")) input.value = "";
  });

  // Combobox: suggestions of the server under a field (ARIA pattern "list autocomplete") -----------------------

  const source = document.body.dataset.suggestions;
  let count = 0;

  class Combobox {
    constructor(box) {
      this.picks = box.dataset.combobox === "pick";
      this.box = box;
      this.input = box.querySelector("input:not([type=hidden])");
      this.options = [];
      this.active = -1;
      this.list = Object.assign(document.createElement("div"), { id: `suggestions-${++count}`, className: "combobox__list", hidden: true });
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "Suggestions");
      box.append(this.list);
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) {
        this.input.setAttribute(name, value);
      }
      if (this.picks) this.preparePick();
      this.input.addEventListener("input", () => this.typed());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => this.leave());
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const index = this.options.indexOf(event.target.closest("[role=option]"));
        if (index >= 0) this.choose(index);
      });
    }

    // The code goes with the form, unseen; the words that were typed go only when nothing was picked.
    preparePick() {
      this.code = this.box.querySelector("input[type=hidden]");
      if (!this.code) {
        this.code = Object.assign(document.createElement("input"), { type: "hidden", name: "territory" });
        this.box.prepend(this.code);
      }
      this.name = this.input.name;
      if (this.code.value) this.input.removeAttribute("name");
      // A pick announces itself; what is typed halfway is no change of the search yet; an emptied field is one.
      this.input.addEventListener("change", (event) => {
        if (event.isTrusted && this.input.value) event.stopPropagation();
      });
    }

    typed() {
      if (this.picks) {
        this.code.value = "";
        this.input.name = this.name;
      }
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), 150);
    }

    async ask() {
      const q = this.input.value.trim();
      this.request?.abort();
      if (q.length < 2) return this.close();
      this.request = new AbortController();
      const asked = new URLSearchParams({ q });
      if (this.picks) asked.set("kind", this.box.dataset.kind ?? "territory");
      try {
        const answer = await fetch(`${source}?${asked}`, { signal: this.request.signal, headers: { Accept: "application/json" } });
        if (answer.ok) this.show((await answer.json()).groups);
      } catch {
        this.close(); // replaced by what was typed since, or no network: the form still works
      }
    }

    show(groups) {
      this.list.replaceChildren();
      this.options = [];
      for (const [g, group] of groups.entries()) {
        const part = document.createElement("div");
        part.setAttribute("role", "group");
        const title = Object.assign(document.createElement("span"), { id: `${this.list.id}-${g}`, className: "combobox__group label-caps", textContent: group.label });
        title.setAttribute("role", "presentation");
        part.setAttribute("aria-labelledby", title.id);
        part.append(title);
        for (const result of group.results) part.append(this.option(result));
        this.list.append(part);
      }
      this.active = -1;
      this.input.removeAttribute("aria-activedescendant");
      this.list.hidden = this.options.length === 0;
      this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    }

    option(result) {
      const option = Object.assign(document.createElement("div"), { id: `${this.list.id}-o${this.options.length}`, className: "combobox__option" });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(Object.assign(document.createElement("span"), { textContent: result.label }), " ");
      if (result.detail) option.append(Object.assign(document.createElement("small"), { textContent: result.detail }));
      option.result = result;
      this.options.push(option);
      return option;
    }

    key(event) {
      const last = this.options.length - 1;
      if (event.key === "Escape" && !this.list.hidden) {
        event.preventDefault();
        this.close();
      } else if (event.key === "ArrowDown" && last >= 0) {
        event.preventDefault();
        this.open();
        this.move(this.active >= last ? 0 : this.active + 1);
      } else if (event.key === "ArrowUp" && last >= 0) {
        event.preventDefault();
        this.open();
        this.move(this.active <= 0 ? last : this.active - 1);
      } else if (event.key === "Enter" && this.active >= 0 && !this.list.hidden) {
        event.preventDefault();
        this.choose(this.active);
      }
    }

    move(index) {
      this.options[this.active]?.setAttribute("aria-selected", "false");
      this.active = index;
      const option = this.options[index];
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    }

    choose(index) {
      const { label, url, code } = this.options[index].result;
      this.close();
      if (!this.picks) {
        location.href = url;
        return;
      }
      this.input.value = label;
      this.code.value = code;
      this.input.removeAttribute("name");
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    // An answer that came after the field was left would cover what follows it.
    leave() {
      clearTimeout(this.timer);
      this.request?.abort();
      setTimeout(() => this.close(), 150);
    }

    open() {
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
    }

    close() {
      this.list.hidden = true;
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  const boxes = (part) => { for (const box of part.querySelectorAll("[data-combobox]")) new Combobox(box); };
  if (source) boxes(document);
  if (source) document.addEventListener("rows:added", ({ target }) => boxes(target));
})();
