# SPDX-License-Identifier: Apache-2.0
# A second opinion on a .qml: a strict XML parser reads it, and its ramp rises from 0 to the maximum it states.
import sys
import xml.etree.ElementTree as ElementTree

root = ElementTree.parse(sys.argv[1]).getroot()
assert root.tag == "qgis", root.tag
renderer = root.find("pipe/rasterrenderer")
assert renderer.get("type") == "singlebandpseudocolor" and renderer.get("band") == "1"
shader = renderer.find("rastershader/colorrampshader")
values = [float(item.get("value")) for item in shader.findall("item")]
assert len(values) == 11, values
assert all(a < b for a, b in zip(values, values[1:])), values
assert values[0] == 0.0 and values[-1] == float(shader.get("maximumValue")) == float(sys.argv[2]), values
stops = shader.find("colorramp/prop[@k='stops']").get("v").split(":")
places = [float(stop.split(";")[0]) for stop in stops]
assert len(places) == 9 and places == sorted(places) and 0 < places[0] and places[-1] < 1, places
