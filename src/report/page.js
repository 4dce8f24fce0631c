"use strict";
(() => {
  const index = JSON.parse(document.getElementById("index").textContent);
  const byId = (id) => document.getElementById(id);
  const [form, list, more, count] = ["filters", "list", "more", "count"].map(byId);
  const CHUNK = 100;
  const VERDICTS = ["fail", "error", "inconclusive", "warn", "waived", "observed", "pass", "not-applicable"];
  const rank = new Map(VERDICTS.map((verdict, at) => [verdict, at]));
  const rows = index.cases.map((row, at) => ({ ...row, at, text: [row.id, row.title, ...row.requirements].join("\n").toLowerCase() }));
  rows.sort((one, other) => rank.get(one.verdict) - rank.get(other.verdict) || one.at - other.at);
  let chosen = rows;
  let shown = 0;

  // What a device sent is only ever set as text, and what could act on a reader is written as an escape.
  const visible = (text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufdd0-\ufdef\ufffe\uffff]/g,
    (character) => character === "\r" ? "\\r" : "\\u{" + character.codePointAt(0).toString(16) + "}");
  const element = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null).map((child) => typeof child === "string" ? visible(child) : child));
    return made;
  };
  const prose = (text) => {
    const parts = text.split("`");
    return parts.length % 2 ? parts.map((part, at) => at % 2 ? element("code", "", part) : part) : [text];
  };
  const link = (hash, text) => {
    const made = element("a", "id", text);
    made.href = "#" + hash;
    return made;
  };

  // The filters live in the address, so that a view can be sent to a colleague.
  const state = () => {
    const hash = location.hash.slice(1);
    return new URLSearchParams(hash.includes("=") ? hash : "");
  };
  const remember = (values, replace) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) if (value) query.set(name, value);
    const text = query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
    history[replace ? "replaceState" : "pushState"](null, "", text ? "#" + text : location.pathname + location.search);
  };
  const fromForm = () => ({
    text: form.elements.text.value.trim(),
    area: form.elements.area.value,
    requirement: form.elements.requirement.value.trim(),
    verdict: [...form.querySelectorAll("[name=verdict]:checked")].map((box) => box.value).join(","),
  });
  const toForm = (query) => {
    for (const name of ["text", "area", "requirement"]) form.elements[name].value = query.get(name) ?? "";
    const verdicts = (query.get("verdict") ?? "").split(",");
    for (const box of form.querySelectorAll("[name=verdict]")) box.checked = verdicts.includes(box.value);
  };

  const apply = (query) => {
    const words = (query.get("text") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = (query.get("verdict") ?? "").split(",").filter(Boolean);
    const [area, requirement] = [query.get("area"), query.get("requirement")];
    chosen = rows.filter((row) =>
      (!verdicts.length || verdicts.includes(row.verdict)) && (!area || row.area === area) &&
      (!requirement || row.requirements.some((id) => id === requirement || id.startsWith(requirement + "-"))) &&
      words.every((word) => row.text.includes(word)));
    const wanted = query.get("case");
    if (wanted && !chosen.some((row) => row.id === wanted)) chosen = rows.filter((row) => row.id === wanted);
    list.replaceChildren();
    shown = 0;
    grow(wanted ? chosen.findIndex((row) => row.id === wanted) + 1 : 0);
    count.textContent = chosen.length === rows.length ? `${rows.length} cases` : `${chosen.length} of ${rows.length} cases`;
    return wanted;
  };
  const grow = (least) => {
    const end = Math.min(chosen.length, Math.max(shown + CHUNK, least));
    list.append(...chosen.slice(shown, end).map(summaryOf));
    shown = end;
    more.hidden = shown === chosen.length;
    more.textContent = `Show more (${chosen.length - shown} left)`;
  };

  const summaryOf = (row) => {
    const made = element("details", "case " + row.verdict);
    made.dataset.id = row.id;
    made.append(element("summary", "",
      element("span", "badge " + row.verdict, row.verdict),
      element("span", "what", element("span", "title", ...prose(row.title)), element("span", "id", row.id)),
      element("span", "quiet", row.ms + " ms")));
    made.addEventListener("toggle", () => {
      if (made.open && made.childElementCount === 1) made.append(insideOf(row));
    });
    return made;
  };

  const insideOf = (row) => {
    const { case: found, rerun, curl, framing, faults } = JSON.parse(byId("case-" + row.at).textContent);
    const made = element("div", "inside");
    const differences = found.mismatches ?? [];
    for (const id of new Set([...differences.map((difference) => difference.requirement), ...found.requirements])) {
      const known = index.requirements[id];
      const own = differences.filter((difference) => difference.requirement === id);
      const level = own[0]?.level ?? known?.strength ?? "";
      made.append(element("div", "",
        element("p", "demand", link("requirement=" + id, id), " ", element("span", "strength", level.toLowerCase()), " ", ...prose(known?.statement ?? ""), " ",
          known ? element("cite", "", known.source) : null),
        ...own.map(differenceOf)));
    }
    for (const [label, text] of [["", found.reason], ["Waived: ", found.waived]]) if (text) made.append(element("p", "why", label + text));
    for (const seen of found.observations ?? []) {
      made.append(element("p", "", "Observed: ", element("code", "", seen.class), " ", link("requirement=" + seen.requirement, seen.requirement)));
    }
    made.append(element("div", "", command("repeat", rerun), element("p", "command", element("span", "", "case"), element("code", "", `${found.source.file}:${found.source.line}`))));
    const exchanges = found.exchanges ?? [];
    const slowest = Math.max(1, ...exchanges.map((exchange) => exchange.duration_us));
    if (exchanges.length) made.append(element("h3", "", exchanges.length === 1 ? "The exchange" : `The ${exchanges.length} exchanges`));
    exchanges.forEach((exchange, at) => {
      const own = differences.filter((difference) => difference.exchange === at);
      const open = own.length > 0 || exchanges.length === 1;
      made.append(exchangeOf(exchange, own, open, slowest, curl[at], framing[at], faults[at]));
    });
    return made;
  };
  const differenceOf = (difference) => element("dl", "difference", ...["at", "expected", "actual"].map((name) =>
    element("div", "", element("dt", "", name), element("dd", "", element("code", name, difference[name])))));

  const command = (label, text) => {
    const button = element("button", "", "Copy");
    button.type = "button";
    button.setAttribute("aria-label", `Copy the command to ${label}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
        button.textContent = "Selected";
      }
    });
    return element("div", "command", element("span", "", label), element("code", "", text), button);
  };

  const exchangeOf = (exchange, differences, open, slowest, curl, framing, fault) => {
    const { request, response } = exchange;
    const bar = element("i", "");
    bar.style.width = Math.round(60 * exchange.duration_us / slowest) + "px";
    const made = element("details", "exchange");
    made.open = open;
    made.append(
      element("summary", "",
        element("span", "purpose", exchange.step ? `${exchange.purpose}: ${exchange.step}` : exchange.purpose),
        element("code", "", `${request.method} ${request.target}`),
        element("span", "quiet", response ? `→ ${response.status}` : "→ no reply"),
        element("span", "time", bar, (exchange.duration_us / 1000).toFixed(1) + " ms")),
      element("div", "sides",
        sideOf("Request", `${request.method} ${request.target}`, request.headers, request.body, differences, "/request"),
        response
          ? sideOf("Reply", `${response.status} ${response.reason}`, response.headers, response.body, differences, "/response", framing)
          : element("div", "", element("h4", "", "Reply"), element("p", "fault", fault ?? "no reply"))),
      command("by hand", curl));
    return made;
  };

  const sideOf = (title, head, headers, body, differences, root, notes = []) => {
    const marked = (place) => differences.some((difference) => difference.at.toLowerCase() === root + place);
    const lines = [[head, root === "/response" && marked("/status")],
      ...headers.map(([name, value]) => [`${name}: ${value}`, marked("/headers/" + name.toLowerCase())])];
    const top = element("pre", "headers");
    for (const [text, differs] of lines) top.append(differs ? element("mark", "", text) : visible(text), "\n");
    for (const difference of differences.filter((difference) => difference.at.startsWith(root + "/headers/"))) {
      const name = difference.at.slice((root + "/headers/").length);
      if (!headers.some(([have]) => have.toLowerCase() === name.toLowerCase())) top.append(element("mark", "missing", `${name}: absent`), "\n");
    }
    const made = element("div", "", element("h4", "", title), top);
    for (const note of notes) made.append(element("p", "fault", note));
    if (body) made.append(bodyOf(body, differences.filter((difference) => (difference.at + "/").startsWith(root + "/body/")), root + "/body"));
    if (body?.cut) made.append(element("p", "quiet", `Cut: ${body.bytes} bytes on the wire.`));
    return made;
  };

  const bodyOf = (body, differences, root) => {
    const made = element("pre", "body");
    made.tabIndex = 0;
    made.setAttribute("aria-label", "Body");
    made.setAttribute("role", "group");
    if (body.text === undefined) {
      made.append(body.base64 === undefined ? "" : visible(`(${body.bytes} bytes that are not UTF-8, as base64)\n${body.base64}`));
      return made;
    }
    const tree = body.cut ? null : read(body.text);
    if (!tree) {
      made.append(differences.length && body.text ? element("mark", "", body.text) : visible(body.text));
      return made;
    }
    for (const difference of differences) place(tree, difference.at.slice(root.length));
    write(tree, "", made);
    return made;
  };

  // A reader that keeps every spelling of the device: numbers, escapes and repeated keys are shown as they came.
  const read = (text) => {
    const token = /\s*([{}[\],:]|"(?:[^"\\]|\\[^])*"|[^\s{}[\],:"]+)/y;
    let ahead = null;
    let end = 0;
    const next = () => {
      const found = token.exec(text);
      ahead = found ? found[1] : null;
      if (found) end = token.lastIndex;
      return ahead;
    };
    const value = (depth) => {
      if (depth > 100 || ahead === null || /^[\]},:]/.test(ahead)) throw new Error("no value");
      if (ahead !== "{" && ahead !== "[") {
        const scalar = { scalar: ahead };
        next();
        return scalar;
      }
      const [close, members] = [ahead === "{" ? "}" : "]", []];
      const node = { open: ahead, close, members };
      if (next() === close) {
        next();
        return node;
      }
      for (;;) {
        let key = String(members.length);
        let label = "";
        if (close === "}") {
          if (ahead?.[0] !== '"') throw new Error("no key");
          label = ahead;
          key = JSON.parse(ahead);
          if (next() !== ":") throw new Error("no colon");
          next();
        }
        members.push({ key, label, node: value(depth + 1) });
        if (ahead === close) break;
        if (ahead !== ",") throw new Error("no comma");
        next();
      }
      next();
      return node;
    };
    try {
      next();
      const tree = value(0);
      return ahead === null && !text.slice(end).trim() ? tree : null;
    } catch {
      return null;
    }
  };
  const place = (tree, pointer) => {
    const steps = pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    let node = tree;
    node.inside = true;
    for (let at = 0; at < steps.length; at += 1) {
      const member = node.members?.findLast((candidate) => candidate.key === steps[at]);
      if (!member) {
        (node.missing ??= new Set()).add(steps.slice(at).join("/"));
        return;
      }
      node = member.node;
      node.inside = true;
    }
    node.differs = true;
  };
  const flat = (node) => node.scalar ?? node.open + node.members.map(({ label, node: inner }) => (label ? label + ": " : "") + flat(inner)).join(", ") + node.close;
  const colored = (node) => node.scalar !== undefined ? [visible(node.scalar)] : [node.open,
    ...node.members.flatMap(({ label, node: inner }, at) => [at ? ", " : "", ...(label ? [element("span", "key", label), ": "] : []), ...colored(inner)]), node.close];
  const write = (node, indent, into) => {
    const target = node.differs ? into.appendChild(element("mark", "")) : into;
    if (node.scalar !== undefined || (!node.inside && flat(node).length + indent.length < 64) || !(node.members.length || node.missing)) {
      target.append(...colored(node));
    } else {
      target.append(node.open);
      const deeper = indent + "  ";
      node.members.forEach(({ label, node: inner }, at) => {
        target.append(at ? ",\n" : "\n", deeper);
        if (label) target.append(element("span", "key", label), ": ");
        write(inner, deeper, target);
      });
      for (const rest of node.missing ?? []) target.append("\n", deeper, element("mark", "missing", `${rest}: absent`));
      target.append("\n", indent, node.close);
    }
    if (node.scalar !== undefined) for (const rest of node.missing ?? []) target.append(" ", element("mark", "missing", `${rest}: absent`));
  };

  const prepare = () => {
    const counts = new Map();
    for (const row of rows) counts.set(row.verdict, (counts.get(row.verdict) ?? 0) + 1);
    for (const verdict of VERDICTS.filter((verdict) => counts.has(verdict))) {
      const box = element("input", "");
      Object.assign(box, { type: "checkbox", name: "verdict", value: verdict });
      byId("chips").append(element("label", "chip " + verdict, box, verdict, element("i", "", String(counts.get(verdict)))));
    }
    for (const area of new Set(index.cases.map((row) => row.area))) form.elements.area.append(new Option(area, area));
    byId("ids").append(...Object.keys(index.requirements).map((id) => new Option(id, id)));
    form.hidden = false;
  };
  const show = (jump) => {
    const query = state();
    toForm(query);
    const wanted = apply(query);
    const opened = wanted ? [...list.children].find((made) => made.dataset.id === wanted) : null;
    if (opened) {
      opened.open = true;
      opened.querySelector("summary").focus({ preventScroll: true });
      opened.scrollIntoView({ block: "start", behavior: "instant" });
    } else if (jump && [...query].length) {
      byId("cases").scrollIntoView({ block: "start", behavior: "instant" });
    }
  };

  form.addEventListener("input", (event) => {
    remember(fromForm(), event.target.name === "text" || event.target.name === "requirement");
    apply(state());
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    remember({});
    show(false);
  }));
  more.addEventListener("click", () => grow(0));
  addEventListener("hashchange", () => show(true));
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")) {
      event.preventDefault();
      form.elements.text.focus();
    }
  });
  new IntersectionObserver((seen) => {
    if (seen.some((entry) => entry.isIntersecting) && !more.hidden) grow(0);
  }, { rootMargin: "600px" }).observe(more);
  prepare();
  show(true);
})();
