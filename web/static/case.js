// The diagram of a case with its tokens on it. Without the viewer's file the list below the frame says the same in words.
"use strict";

(() => {
  const READABLE = 0.9;  // names can be read from this zoom on

  async function draw(frame) {
    if (typeof BpmnJS === "undefined") return;
    const answer = await fetch(frame.dataset.diagram, { headers: { Accept: "application/xml" } });
    if (!answer.ok) return;
    const xml = await answer.text();
    frame.hidden = false;
    const viewer = new BpmnJS({ container: frame });
    await viewer.importXML(xml);
    const canvas = viewer.get("canvas");
    const elements = viewer.get("elementRegistry");
    const put = (ids, marker) => JSON.parse(ids || "[]").filter((id) => elements.get(id)).forEach((id) => canvas.addMarker(id, marker));
    put(frame.dataset.visited, "visited");
    put(frame.dataset.current, "current");
    put(frame.dataset.failed, "failed");
    count(viewer, elements, JSON.parse(frame.dataset.counts || "{}"));
    canvas.zoom("fit-viewport", "auto");
    const at = JSON.parse(frame.dataset.current || "[]").map((id) => elements.get(id)).find(Boolean);
    if (at && canvas.zoom() < READABLE && !("whole" in frame.dataset)) closer(canvas, at);
    frame.dataset.drawn = "yes";
  }

  // How many tokens stand at an element, on its corner.
  function count(viewer, elements, numbers) {
    for (const [id, number] of Object.entries(numbers)) {
      if (!elements.get(id)) continue;
      const html = document.createElement("span");
      html.className = "tokens";
      html.textContent = number;
      viewer.get("overlays").add(id, { position: { top: -12, right: 14 }, html });
    }
  }

  // A wide diagram fitted whole is too small to read: show the place where the case stands, in the middle.
  function closer(canvas, at) {
    canvas.zoom(READABLE);
    const { width, height } = canvas.viewbox();
    canvas.viewbox({ x: at.x + (at.width - width) / 2, y: at.y + (at.height - height) / 2, width, height });
  }

  for (const frame of document.querySelectorAll("[data-diagram]")) {
    draw(frame).catch(() => { frame.hidden = true; });
  }
})();
