# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium without a network, driven over its DevTools pipe; the standard library alone."""
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser():
    """Path of a Chromium, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def without_network():
    """Command prefix that runs a program in a network namespace of its own, with nothing in it; [] where not allowed."""
    for prefix in (["unshare", "-n"], ["unshare", "-rn"]):
        try:
            if subprocess.run(prefix + ["true"], capture_output=True, check=False).returncode == 0:
                return prefix
        except OSError:
            break
    return []


class Browser:
    """One page in one browser: open(), evaluate(), mouse, keys, screenshots; what it asked for and complained of."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="groundshift_chromium_")
        self.isolated = without_network()
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()
        program = self.isolated + [
            find_browser(), "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            "--proxy-server=http://127.0.0.1:9", "--user-data-dir=" + self.profile.name, "about:blank"]
        # The browser reads from descriptor 3 and writes to 4.
        shell = 'exec "$@" 3<&%d 4>&%d' % (to_browser, from_browser)
        self.process = subprocess.Popen(["bash", "-c", shell, "browser"] + program, pass_fds=(to_browser, from_browser),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.out, self.input, self.pending = ours_out, ours_in, b""
        self.number, self.session, self.events = 0, None, []
        self.requests, self.complaints = [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        os.close(self.input)
        shutil.rmtree(self.profile.name, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def receive(self, deadline):
        """The next message; raises TimeoutError."""
        while b"\0" not in self.pending:
            ready, _, _ = select.select([self.input], [], [], max(0.0, deadline - time.monotonic()))
            part = os.read(self.input, 1 << 20) if ready else b""
            if not part:
                raise TimeoutError("the browser does not answer")
            self.pending += part
        text, self.pending = self.pending.split(b"\0", 1)
        return json.loads(text)

    def note(self, event):
        method, params = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"])[:500])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(json.dumps(params["args"])[:500])
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"])
        self.events.append(method)

    def call(self, method, timeout=60, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        deadline = time.monotonic() + timeout
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]))
                return answer["result"]
            self.note(answer)

    def wait_for(self, event, timeout=60):
        deadline = time.monotonic() + timeout
        while event not in self.events:
            self.note(self.receive(deadline))

    def window(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def media(self, **features):
        """prefers_color_scheme="dark" ..."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": name.replace("_", "-"), "value": value}
                                                          for name, value in features.items()])

    def open(self, path):
        self.requests, self.complaints, self.events = [], [], []
        self.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        self.wait_for("Page.loadEventFired")

    def evaluate(self, expression):
        """Value of a JavaScript expression; promises are waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"])[:600])
        return result["result"].get("value")

    def settle(self):
        """Waits until two frames were drawn and no transition runs."""
        self.evaluate("new Promise(done => { const look = () => document.getAnimations().length ? requestAnimationFrame(look) "
                      ": requestAnimationFrame(() => requestAnimationFrame(done)); requestAnimationFrame(look); })")

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", buttons=1, clickCount=1)
        self.settle()

    def drag(self, x, y, to_x, to_y, steps=8):
        self.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=1)
        for i in range(1, steps + 1):
            self.mouse("mouseMoved", x + (to_x - x) * i / steps, y + (to_y - y) * i / steps, button="left", buttons=1)
        self.mouse("mouseReleased", to_x, to_y, button="left", buttons=0, clickCount=1)
        self.settle()

    def touch_drag(self, x, y, to_x, to_y, steps=8):
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        for i in range(1, steps + 1):
            self.call("Input.dispatchTouchEvent", type="touchMove",
                      touchPoints=[{"x": x + (to_x - x) * i / steps, "y": y + (to_y - y) * i / steps}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.settle()

    def pinch(self, x, y, apart, to_apart, steps=6):
        """Two fingers about a point, `apart` pixels from each other, move until they are `to_apart`."""
        for i in range(steps + 1):
            half = (apart + (to_apart - apart) * i / steps) / 2
            self.call("Input.dispatchTouchEvent", type="touchMove" if i else "touchStart",
                      touchPoints=[{"x": x - half, "y": y, "id": 0}, {"x": x + half, "y": y, "id": 1}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.settle()

    def key(self, key, code=None, number=0, text=None):
        params = {"key": key, "code": code or key, "windowsVirtualKeyCode": number}
        if text:
            params["text"] = text
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, **params)
        self.settle()

    def screenshot(self, path=None, clip=None, whole=False):
        """PNG bytes of the window, a clip (x, y, width, height), or the whole page."""
        params = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = (0, 0, size["width"], size["height"])
        elif clip:  # Chromium counts from the page's corner, the caller from the window's
            x, y = self.evaluate("[scrollX, scrollY]")
            clip = (clip[0] + x, clip[1] + y, clip[2], clip[3])
        if clip:
            params["clip"] = dict(zip(("x", "y", "width", "height"), clip), scale=1)
        data = base64.b64decode(self.call("Page.captureScreenshot", **params)["data"])
        if path:
            pathlib.Path(path).write_bytes(data)
        return data
