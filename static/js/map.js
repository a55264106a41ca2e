// The maps of the portal: our own contours below, clusters counted by the server above. The page says the same as text.
(() => {
  "use strict";
  const FRANCE = [[41.3, -5.2], [51.1, 9.6]];
  // Which contours each zoom shows: [from zoom, level, detail]
  const LAYERS = [[0, "region", 0], [6, "departement", 0], [7, "departement", 1], [9, "epci", 1]];
  const COMMUNES_FROM = 10;
  const numbers = new Intl.NumberFormat("fr-FR");

  const element = document.getElementById("map");
  if (!element || !window.L) return;
  const data = element.dataset;
  const map = L.map(element, {
    attributionControl: Boolean(data.attribution),
    minZoom: 3,
    maxZoom: 18,
    worldCopyJump: true,
    scrollWheelZoom: data.points !== undefined,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  map.zoomControl.remove();
  L.control.zoom({ zoomInTitle: "Agrandir la carte", zoomOutTitle: "Réduire la carte" }).addTo(map);
  if (data.tiles) L.tileLayer(data.tiles, { attribution: data.attribution, maxZoom: 19 }).addTo(map);

  // Contours ------------------------------------------------------------------------------------------------
  const loaded = new Map();
  function contours(path) {
    if (!loaded.has(path)) {
      loaded.set(path, fetch(data.contours + path).then((answer) => (answer.ok ? answer.json() : null)).then((shapes) =>
        shapes && L.geoJSON(shapes, { interactive: false, style: () => ({ className: "map-contour" }) })));
    }
    return loaded.get(path);
  }
  let shown = new Set();
  async function showContours() {
    const zoom = map.getZoom();
    const [, level, detail] = LAYERS.filter(([from]) => zoom >= from).at(-1);
    const wanted = new Set([`${level}/${detail}.geojson`]);
    if (zoom >= COMMUNES_FROM) {
      const departements = await contours("departement/1.geojson");
      const view = map.getBounds();
      departements?.eachLayer((layer) => {
        if (layer.getBounds().intersects(view)) wanted.add(`commune/2/${layer.feature.id}.geojson`);
      });
    }
    const before = shown;
    shown = wanted;
    for (const path of wanted) {
      const layer = await contours(path);
      if (layer && shown.has(path)) layer.addTo(map).bringToBack();
    }
    for (const path of before) if (!shown.has(path)) (await contours(path))?.remove();
  }
  map.on("moveend", showContours);

  if (data.here) {
    fetch(data.here).then((answer) => (answer.ok ? answer.json() : null)).then((shape) => {
      if (shape) L.geoJSON(shape, { interactive: false, style: () => ({ className: "map-contour map-contour--here" }) }).addTo(map);
    });
  }

  // Clusters and actors -------------------------------------------------------------------------------------
  const query = new URLSearchParams(location.search);
  const markers = L.layerGroup().addTo(map);
  const filters = new URLSearchParams(data.query ?? location.search);
  for (const name of ["bbox", "zoom", "page"]) filters.delete(name);
  let request = null;

  function marker(latitude, longitude, className, text, label, size) {
    const icon = L.divIcon({ className, html: `<span aria-hidden="true">${text}</span>`, iconSize: [size, size] });
    const added = L.marker([latitude, longitude], { icon, keyboard: true, title: label }).addTo(markers);
    added.getElement()?.setAttribute("aria-label", label);
    return added;
  }

  function bounds() {
    const view = map.getBounds();
    const clamp = (value, limit) => Math.max(-limit, Math.min(limit, value));
    return [clamp(view.getWest(), 180), clamp(view.getSouth(), 85), clamp(view.getEast(), 180), clamp(view.getNorth(), 85)]
      .map((value) => value.toFixed(4)).join(",");
  }

  async function showPoints() {
    request?.abort();
    request = new AbortController();
    const asked = new URLSearchParams(filters);
    asked.set("bbox", bounds());
    asked.set("zoom", map.getZoom());
    let answer;
    try {
      answer = await fetch(`${data.points}?${asked}`, { signal: request.signal }).then((response) => response.json());
    } catch {
      return; // replaced by a later move, or no network: the last state stays
    }
    if (answer.errors) return;
    markers.clearLayers();
    for (const [count, longitude, latitude, west, south, east, north] of answer.clusters) {
      const size = Math.round(26 + 7 * Math.log10(count));
      const label = `${numbers.format(count)} acteurs, agrandir`;
      marker(latitude, longitude, "map-cluster", numbers.format(count), label, size).on("click", () => {
        if (map.getZoom() >= 17 || (west === east && south === north)) {
          const list = new URLSearchParams(filters);
          list.set("bbox", [west - 0.0002, south - 0.0002, east + 0.0002, north + 0.0002].map((v) => v.toFixed(4)).join(","));
          location.href = `${data.list}?${list}`;
        } else {
          map.fitBounds([[south, west], [north, east]], { maxZoom: map.getZoom() + 3, padding: [40, 40] });
        }
      });
    }
    for (const [longitude, latitude, id, slug, name, family] of answer.actors) {
      const link = document.createElement("a");
      link.href = `${data.list}${id}-${slug}/`;
      link.textContent = name;
      marker(latitude, longitude, `map-point map-point--${family ?? "unknown"}`, "", name, 24).bindPopup(link);
    }
    announce(answer.total);
  }

  function announce(total) {
    const status = document.querySelector("[data-map-total]");
    if (status) status.textContent = `${numbers.format(total)} acteur${total > 1 ? "s" : ""} dans cette zone`;
  }

  // The address holds the view, so that it can be shared; the text list follows.
  let first = true;
  function remember() {
    if (first) {
      first = false;
      return;
    }
    query.set("bbox", bounds());
    query.set("zoom", map.getZoom());
    query.delete("page");
    history.replaceState(null, "", `?${query}`);
    for (const form of document.querySelectorAll("[data-map-filters]")) {
      for (const name of ["bbox", "zoom"]) {
        let field = form.elements.namedItem(name);
        if (!field) {
          field = Object.assign(document.createElement("input"), { type: "hidden", name });
          form.append(field);
        }
        field.value = query.get(name);
      }
    }
    if (window.htmx && document.getElementById("liste")) {
      window.htmx.ajax("GET", `${location.pathname}?${query}`, { target: "#liste", swap: "innerHTML" });
    }
  }

  if (data.points !== undefined) {
    let timer;
    map.on("moveend", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { showPoints(); if (data.explore !== undefined) remember(); }, 120);
    });
  }
  if (data.point) {
    const [longitude, latitude] = data.point.split(",").map(Number);
    const label = data.label ?? "";
    marker(latitude, longitude, "map-point map-point--here", "", label, 28);
  }

  // Few points, all sent with the page: [longitude, latitude, [[name, address, family], …]]; near ones share a mark.
  const places = JSON.parse(data.places ?? "[]");
  function showPlaces() {
    markers.clearLayers();
    const groups = [];
    for (const [longitude, latitude, records] of places) {
      const spot = map.project([latitude, longitude]);
      const near = groups.find((group) => group.spot.distanceTo(spot) < 30);
      if (near) near.records.push(...records);
      else groups.push({ spot, latitude, longitude, records: [...records] });
    }
    for (const { latitude, longitude, records } of groups) {
      const links = document.createElement("ul");
      links.setAttribute("role", "list");
      for (const [name, href] of records) {
        const item = document.createElement("li");
        item.append(href ? Object.assign(document.createElement("a"), { href, textContent: name }) : name);
        links.append(item);
      }
      const one = records.length === 1;
      const label = records.map(([name]) => name).join(", ");
      const kind = one ? `map-point map-point--${records[0][2] || "unknown"}` : "map-cluster";
      marker(latitude, longitude, kind, one ? "" : records.length, label, one ? 24 : 30)
        .bindPopup(links, { maxHeight: 200 });
    }
  }
  if (places.length) map.on("zoomend", showPlaces);

  // First view ----------------------------------------------------------------------------------------------
  const extent = (query.get("bbox") ?? data.bbox ?? "").split(",").map(Number);
  const zoom = Number(query.get("zoom"));
  if (data.point) {
    map.setView(data.point.split(",").map(Number).reverse(), Number(data.zoom ?? 12));
  } else if (extent.length === 4 && extent.every(Number.isFinite)) {
    const [west, south, east, north] = extent;
    if (zoom) map.setView([(south + north) / 2, (west + east) / 2], zoom);
    else map.fitBounds([[south, west], [north, east]]);
  } else {
    map.fitBounds(FRANCE);
  }
  // The desk's form puts its own marker (static/js/desk.js).
  document.dispatchEvent(new CustomEvent("map:ready", { detail: { map } }));
})();
