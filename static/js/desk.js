// Comfort of the desk's forms: every one of them works without this file.
(() => {
  "use strict";
  const numbers = new Intl.NumberFormat("fr-FR");

  // Signs left ---------------------------------------------------------------------------------------------------
  for (const area of document.querySelectorAll("[data-counter]")) {
    const most = Number(area.dataset.counter);
    const line = Object.assign(document.createElement("p"), { className: "field__help" });
    area.after(line);
    const count = () => {
      const length = area.value.length;
      const left = most - length;
      line.textContent = left >= 0 ? `${numbers.format(length)} signes sur ${numbers.format(most)}` : `${numbers.format(-left)} signes de trop`;
      line.classList.toggle("counter--over", left < 0);
    };
    area.addEventListener("input", count);
    count();
  }

  // One more row -------------------------------------------------------------------------------------------------
  // A record that was picked is forgotten in the copy, whose words go with the form again.
  const blank = (row, index) => {
    for (const list of row.querySelectorAll(".combobox__list")) list.remove();
    for (const box of row.querySelectorAll("[data-combobox]")) {
      box.querySelector("input:not([type=hidden])").name = `${box.querySelector("input[type=hidden]").name}_text`;
    }
    for (const extra of row.querySelectorAll("[data-filled]")) extra.remove();
    for (const field of row.querySelectorAll("input, select")) {
      field.value = "";
      for (const name of ["id", "name"]) field[name] = field[name].replace(/-\d+-/, `-${index}-`);
    }
    for (const label of row.querySelectorAll("label")) label.htmlFor = label.htmlFor.replace(/-\d+-/, `-${index}-`);
    for (const rank of row.querySelectorAll(".visually-hidden")) rank.textContent = ` ${index + 1}`;
  };
  for (const group of document.querySelectorAll("[data-rows]")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet", textContent: "Ajouter une ligne" });
    const rows = () => group.querySelectorAll("[data-row]");
    [...rows()].at(-1).after(button);
    button.addEventListener("click", () => {
      const row = [...rows()].at(-1).cloneNode(true);
      blank(row, rows().length);
      button.before(row);
      row.dispatchEvent(new Event("rows:added", { bubbles: true }));
      row.querySelector("select, input:not([type=hidden])").focus();
    });
  }

  // The point, on the map and in two numbers ---------------------------------------------------------------------
  document.addEventListener("map:ready", ({ detail: { map } }) => {
    const field = document.querySelector("[data-point]");
    if (!field) return;
    const [latitude, longitude] = field.querySelectorAll("input");
    const read = () => {
      const point = [latitude, longitude].map((input) => (input.value.trim() ? Number(input.value.trim().replace(",", ".")) : NaN));
      return point.every(Number.isFinite) ? point : null;
    };
    const icon = L.divIcon({ className: "map-point map-point--here", html: '<span aria-hidden="true"></span>', iconSize: [28, 28] });
    const marker = L.marker([0, 0], { icon, draggable: true, keyboard: true, title: "Repère à déplacer, aussi avec les flèches du clavier" });
    const show = () => {
      const point = read();
      if (!point) marker.remove();
      else marker.setLatLng(point).addTo(map);
      return point;
    };
    const write = ({ lat, lng }) => {
      latitude.value = lat.toFixed(6);
      longitude.value = lng.toFixed(6);
      show();
      longitude.dispatchEvent(new Event("input", { bubbles: true }));
    };
    marker.on("dragend", () => write(marker.getLatLng()));
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    marker.on("keydown", ({ originalEvent: event }) => {
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      const pixels = L.point(step).multiplyBy(event.shiftKey ? 25 : 5);
      write(map.layerPointToLatLng(map.latLngToLayerPoint(marker.getLatLng()).add(pixels)));
    });
    map.on("click", (event) => write(event.latlng));
    for (const input of [latitude, longitude]) input.addEventListener("change", () => { const point = show(); if (point) map.panTo(point); });
    // The map follows the place that was picked; it moves only while there is no point.
    let outline;
    document.addEventListener("htmx:afterSettle", async ({ target }) => {
      const place = target.querySelector?.("[data-place]")?.dataset.place;
      if (!place) return;
      const answer = await fetch(`${map.getContainer().dataset.contours}territoire/${place}.geojson`);
      if (!answer.ok) return;
      outline?.remove();
      outline = L.geoJSON(await answer.json(), { interactive: false, style: () => ({ className: "map-contour map-contour--here" }) }).addTo(map);
      if (!read()) map.fitBounds(outline.getBounds(), { padding: [16, 16] });
    });
    const start = show();
    if (start) map.setView(start, 15);
  });

  // What was refused is the first thing to read -------------------------------------------------------------------
  document.getElementById("erreurs")?.focus();
})();
