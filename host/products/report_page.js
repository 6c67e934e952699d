// SPDX-License-Identifier: Apache-2.0
// What moves on the page: map, swipe, overlay, sorting, and the ties between outlines, rows and close-ups.
'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('map-data').textContent);
  const map = byId('map');
  const status = byId('status');
  const rows = new Map([...document.querySelectorAll('.sites tbody tr')].map((row) => [row.dataset.id, row]));
  const outlines = new Map([...document.querySelectorAll('.outlines path')].map((path) => [path.dataset.id, path]));
  const chips = new Map([...document.querySelectorAll('.chip')].map((chip) => [chip.dataset.id, chip]));

  // ---- The view: a picture of data.width x data.height pixels, fitted into the map, then moved and enlarged.
  const view = { z: 1, x: 0, y: 0, fit: 1, left: 0, top: 0 };
  const stages = [...map.querySelectorAll('.stage')];

  const largestZoom = () => Math.max(1, 16 / view.fit);

  function show(glide) {
    const width = map.clientWidth, height = map.clientHeight;
    const w = data.width * view.fit * view.z, h = data.height * view.fit * view.z;
    // At least a quarter of the map keeps showing the picture.
    view.x = Math.min(width * 0.75, Math.max(width * 0.25 - w, view.x));
    view.y = Math.min(height * 0.75, Math.max(height * 0.25 - h, view.y));
    if (w <= width) view.x = (width - w) / 2;
    if (h <= height) view.y = (height - h) / 2;
    map.classList.toggle('glide', Boolean(glide));
    map.classList.toggle('zoomed', view.z > 1.001);
    map.classList.toggle('close', view.fit * view.z > 1.5 * data.overview / data.width);
    map.style.setProperty('--z', view.z);
    map.style.setProperty('--tx', view.x + 'px');
    map.style.setProperty('--ty', view.y + 'px');
    showScale();
  }

  function fit() {
    const centre = { x: (map.clientWidth / 2 - view.x) / (view.fit * view.z), y: (map.clientHeight / 2 - view.y) / (view.fit * view.z) };
    const first = view.left === 0;
    view.fit = Math.min(map.clientWidth / data.width, map.clientHeight / data.height);
    for (const stage of stages) {
      stage.style.width = data.width * view.fit + 'px';
      stage.style.height = data.height * view.fit + 'px';
    }
    view.left = 1;
    if (!first && view.z > 1) {
      view.x = map.clientWidth / 2 - centre.x * view.fit * view.z;
      view.y = map.clientHeight / 2 - centre.y * view.fit * view.z;
    }
    show(false);
  }

  /** Zooms by a factor about a point of the map. */
  function zoom(factor, x = map.clientWidth / 2, y = map.clientHeight / 2, glide = false) {
    const z = Math.min(largestZoom(), Math.max(1, view.z * factor));
    view.x = x - (x - view.x) * (z / view.z);
    view.y = y - (y - view.y) * (z / view.z);
    view.z = z;
    show(glide);
  }

  function whole() {
    view.z = 1;
    show(true);
  }

  /** Shows a box of pixels in the middle of the map, as large as half of it where the picture is larger than that. */
  function zoomTo(box) {
    const side = Math.max(box[2], box[3], 8) * 2;
    view.z = Math.min(largestZoom(), Math.max(1, Math.min(map.clientWidth, map.clientHeight) / (side * view.fit)));
    const scale = view.fit * view.z;
    view.x = map.clientWidth / 2 - (box[0] + box[2] / 2) * scale;
    view.y = map.clientHeight / 2 - (box[1] + box[3] / 2) * scale;
    show(true);
  }

  function showScale() {
    const metres = data.metres || 1;
    const most = Math.min(160, map.clientWidth * 0.35) / (view.fit * view.z) * metres;
    const power = Math.pow(10, Math.floor(Math.log10(most)));
    const length = [5, 2, 1].find((lead) => lead * power <= most * (1 + 1e-12)) * power;
    byId('scale-bar').style.width = length / metres * view.fit * view.z + 'px';
    const number = (v) => String(Number(v.toPrecision(3)));
    byId('scale-text').textContent = !data.metres ? number(length) + ' pixels'
      : length >= 1000 ? number(length / 1000) + ' km' : length >= 1 ? number(length) + ' m' : number(length * 100) + ' cm';
  }

  // ---- Hand, wheel, keys.
  const fingers = new Map();
  let moved = 0;

  map.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.target.closest('.divider')) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moved = 0;
    map.classList.remove('glide');
  });
  window.addEventListener('pointermove', (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const dx = event.clientX - finger.x, dy = event.clientY - finger.y;
    moved += Math.abs(dx) + Math.abs(dy);
    if (fingers.size === 1 && (event.pointerType === 'mouse' || view.z > 1.001)) {
      map.classList.add('dragging');
      view.x += dx;
      view.y += dy;
    } else if (fingers.size === 2) {
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      const was = Math.hypot(finger.x - other.x, finger.y - other.y), is = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      const frame = map.getBoundingClientRect();
      zoom(is / Math.max(1, was), (event.clientX + other.x) / 2 - frame.left, (event.clientY + other.y) / 2 - frame.top);
      view.x += dx / 2;
      view.y += dy / 2;
    }
    finger.x = event.clientX;
    finger.y = event.clientY;
    show(false);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    window.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      map.classList.remove('dragging');
    });
  }
  map.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== map) return;  // the page scrolls
    event.preventDefault();
    const frame = map.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), event.clientX - frame.left, event.clientY - frame.top);
  }, { passive: false });
  map.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = 60;
    const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (moves[event.key]) {
      view.x += moves[event.key][0];
      view.y += moves[event.key][1];
      show(false);
    } else if (event.key === '+' || event.key === '=') {
      zoom(1.5, undefined, undefined, true);
    } else if (event.key === '-') {
      zoom(1 / 1.5, undefined, undefined, true);
    } else if (event.key === '0' || event.key === 'Home') {
      whole();
    } else {
      return;
    }
    event.preventDefault();
  });
  byId('zoom-in').addEventListener('click', () => zoom(1.6, undefined, undefined, true));
  byId('zoom-out').addEventListener('click', () => zoom(1 / 1.6, undefined, undefined, true));
  byId('zoom-all').addEventListener('click', whole);
  new ResizeObserver(fit).observe(map);

  // ---- Swipe: the slider and the line on the map are one value.
  const swipe = byId('swipe');
  if (swipe) {
    const divider = byId('divider'), first = byId('first-pane');
    const place = () => {
      divider.style.left = swipe.value + '%';
      first.style.clipPath = 'inset(0 ' + (100 - Number(swipe.value)) + '% 0 0)';
      swipe.setAttribute('aria-valuetext', Math.round(swipe.value) + ' % before, ' + Math.round(100 - swipe.value) + ' % after');
    };
    swipe.addEventListener('input', place);
    divider.addEventListener('pointerdown', (event) => {
      divider.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    divider.addEventListener('pointermove', (event) => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      const frame = map.getBoundingClientRect();
      swipe.value = Math.min(100, Math.max(0, (event.clientX - frame.left) / frame.width * 100));
      place();
    });
    place();
  }

  // ---- Overlay.
  const opacity = byId('opacity');
  const overlays = { score: byId('score-picture'), changed: byId('class-picture') };
  function overlay() {
    const chosen = document.querySelector('input[name=overlay]:checked');
    for (const [name, picture] of Object.entries(overlays)) {
      if (picture) picture.style.opacity = !chosen || chosen.value === name ? opacity.value / 100 : 0;
    }
    opacity.setAttribute('aria-valuetext', Math.round(opacity.value) + ' %');
  }
  opacity.addEventListener('input', overlay);
  for (const radio of document.querySelectorAll('input[name=overlay]')) {
    radio.addEventListener('change', () => {
      if (Number(opacity.value) === 0) opacity.value = 60;
      overlay();
    });
  }
  overlay();

  // ---- The darker date made as bright as the other, for the eye only.
  const even = byId('even');
  if (even) {
    document.body.style.setProperty('--first-bright', data.bright[0]);
    document.body.style.setProperty('--second-bright', data.bright[1]);
    const brighten = () => document.body.classList.toggle('even', even.checked);
    even.addEventListener('change', brighten);
    brighten();
  }

  const lines = byId('show-outlines');
  if (lines) {
    const draw = () => map.classList.toggle('no-outlines', !lines.checked);
    lines.addEventListener('change', draw);
    draw();
  }

  // ---- One place is selected at a time, wherever it was chosen.
  function select(id, from) {
    for (const [key, row] of rows) {
      if (key === id) row.setAttribute('aria-current', 'true'); else row.removeAttribute('aria-current');
    }
    for (const [key, path] of outlines) path.classList.toggle('selected', key === id);
    for (const [key, chip] of chips) chip.classList.toggle('selected', key === id);
    const path = outlines.get(id);
    if (path) path.parentNode.append(path);  // drawn last, above its neighbours
    const row = rows.get(id);
    if (!row) return;
    status.textContent = row.dataset.words;
    if (from !== 'map') zoomTo(row.dataset.box.split(' ').map(Number));
    if (from !== 'table') {
      const frame = row.closest('.table-scroll');
      frame.scrollTop += row.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 2;
    }
    if (from === 'chip') map.scrollIntoView({ block: 'center' });
  }
  for (const [id, row] of rows) row.addEventListener('click', () => select(id, 'table'));
  for (const [id, chip] of chips) chip.querySelector('button').addEventListener('click', () => select(id, 'chip'));
  for (const [id, path] of outlines) {
    path.addEventListener('click', () => {
      if (moved < 6) select(id, 'map');
    });
  }

  // ---- Sorting: what has no value comes last either way.
  const headers = [...document.querySelectorAll('.sites thead th')];
  headers.forEach((header, column) => {
    header.querySelector('button').addEventListener('click', () => {
      const descending = header.getAttribute('aria-sort') === 'ascending' ||
        (header.getAttribute('aria-sort') === 'none' && header.dataset.first === 'descending');
      for (const other of headers) other.setAttribute('aria-sort', 'none');
      header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      const words = header.classList.contains('word');
      const value = (row) => row.cells[column].dataset.v;
      const sorted = [...rows.values()].sort((a, b) => {
        const [p, q] = [value(a), value(b)];
        if (p === '' || q === '') return (p === '') - (q === '') || Number(a.dataset.rank) - Number(b.dataset.rank);
        const order = words ? p.localeCompare(q) : Number(p) - Number(q);
        return (descending ? -order : order) || Number(a.dataset.rank) - Number(b.dataset.rank);
      });
      document.querySelector('.sites tbody').append(...sorted);
      status.textContent = 'Sorted by ' + header.textContent.trim() + ', ' + (descending ? 'largest first' : 'smallest first');
    });
  });

  // ---- The record.
  byId('raw').addEventListener('toggle', () => {
    const text = byId('raw-text');
    if (!text.textContent) text.textContent = JSON.stringify(JSON.parse(byId('summary').textContent), null, 2);
  });
  window.addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details:not(#raw)')) details.open = true;
  });
  fit();
})();
