// Comforts only: everything on the page is there without them.
"use strict";
(() => {
  const $ = (selector) => [...document.querySelectorAll(selector)];
  const state = new URLSearchParams(location.search);
  const remember = (name, value) => {
    if (value) state.set(name, value); else state.delete(name);
    const query = state.toString();
    try { history.replaceState(null, "", (query ? "?" + query : location.pathname) + location.hash); } catch { /* a sandbox may forbid it */ }
  };
  const button = (words, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    made.addEventListener("click", () => act(made));
    return made;
  };

  // A link into a closed part opens it, and what holds it.
  const reveal = () => {
    let node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const target = node;
    for (; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  // The filter: words and "only what is not right", kept in the address.
  const filter = document.getElementById("filter"), only = document.getElementById("only-bad");
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const counts = {};
    for (const item of $("[data-find]")) {
      const seen = [...item.querySelectorAll(".statement, .which .section")].map((part) => part.textContent);
      const text = [item.dataset.find, ...seen].join(" ").toLowerCase();
      const kept = words.every((w) => text.includes(w)) && (!only.checked || "bad" in item.dataset);
      item.hidden = !kept;
      const kind = item.matches("tr") ? "operations" : item.matches(".claim") ? "sentences" : "";
      if (kind) { counts[kind] ??= [0, 0]; counts[kind][0] += kept; counts[kind][1] += 1; }
    }
    for (const group of $(".matrix tbody")) group.hidden = !group.querySelector("tr[data-find]:not([hidden])");
    for (const heading of $("p.family")) {
      let next = heading.nextElementSibling;
      while (next && next.hidden && next.matches("details")) next = next.nextElementSibling;
      heading.hidden = !next || !next.matches("details");
    }
    document.getElementById("shown").textContent = Object.entries(counts).map(([k, [n, of]]) => `${n} of ${of} ${k}`).join(", ") + " shown";
    remember("q", filter.value.trim());
    remember("bad", only.checked ? "1" : "");
  };
  if (filter) {
    document.getElementById("tools").hidden = false;
    filter.value = state.get("q") ?? "";
    only.checked = state.has("bad");
    filter.addEventListener("input", apply);
    only.addEventListener("change", apply);
    apply();
  }

  // Theme, kept in the address; print everything; copy a command.
  const root = document.documentElement;
  const themed = (theme) => { if (theme) root.dataset.theme = theme; else delete root.dataset.theme; };
  themed(state.get("theme"));
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const bar = document.querySelector(".when");
  bar.append(
    button("Light or dark", () => { const theme = dark() ? "light" : "dark"; themed(theme); remember("theme", theme); }),
    button("Print everything", () => {
      for (const part of $("details")) part.open = true;
      root.classList.add("print-all");
      print();
    }),
  );
  for (const command of $(".command")) {
    command.append(button("Copy", async (made) => {
      await navigator.clipboard.writeText(command.querySelector("code").textContent);
      made.textContent = "Copied";
      setTimeout(() => { made.textContent = "Copy"; }, 1500);
    }));
  }

  // Keys: f to the filter, n and p through the failures.
  const failures = $(".failure");
  let at = -1;
  addEventListener("keydown", (event) => {
    if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "f" && filter) { filter.focus(); event.preventDefault(); }
    const step = { n: 1, p: -1 }[event.key];
    if (!step || !failures.length) return;
    at = (at + step + failures.length) % failures.length;
    failures[at].scrollIntoView();
    failures[at].focus();
  });
  if (location.hash) reveal();
})();
