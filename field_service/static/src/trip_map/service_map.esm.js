/* global L */
import {Component, onWillStart, onWillUnmount, useEffect, useRef, useState} from "@odoo/owl";
import {escape} from "@web/core/utils/strings";
import {loadBundle} from "@web/core/assets";

export const NO_COLOR = "#6c757d";
const COLORS = [
    "#1f77b4",
    "#c2410c",
    "#15803d",
    "#b91c1c",
    "#7e22ce",
    "#7c4a2d",
    "#be185d",
    "#0f766e",
    "#4d7c0f",
    "#0369a1",
    "#a16207",
    "#4338ca",
];
// Where a map without any place on it begins.
const WORLD = [[20, 0], 1];

/**
 * Return a colour that white figures can be read on.
 *
 * @param {Number} index
 * @returns {String}
 */
export function getPinColor(index) {
    return COLORS[index % COLORS.length];
}

/**
 * Return the link that leads a phone or a browser to a place.
 *
 * @param {Object} place
 * @returns {String}
 */
export function getNavigationUrl(place) {
    const destination = encodeURIComponent(`${place.latitude},${place.longitude}`);
    return `https://www.google.com/maps/dir/?api=1&destination=${destination}`;
}

/**
 * Tell whether somebody has said where a place is.
 *
 * @param {Object} place
 * @returns {Boolean}
 */
export function isLocated(place) {
    return typeof place.latitude === "number";
}

/**
 * Pins, lines between them, and a background if there is one.
 *
 * All texts are set as text, never as HTML: names come from anywhere.
 */
export class ServiceMap extends Component {
    static template = "field_service.ServiceMap";
    static props = {
        pins: Array,
        lines: {type: Array, optional: true},
        tiles: Object,
        selected: {type: String, optional: true},
        onSelect: Function,
    };
    static defaultProps = {lines: [], selected: ""};

    setup() {
        this.root = useRef("map");
        this.state = useState({tilesFailed: false});
        this.map = null;
        this.content = null;
        this.bounds = "";
        onWillStart(() => loadBundle("field_service.assets_leaflet"));
        useEffect(
            () => this.start(),
            () => []
        );
        useEffect(
            () => this.draw(),
            () => [this.props.pins, this.props.lines, this.props.selected]
        );
        onWillUnmount(() => {
            this.observer?.disconnect();
            this.map?.remove();
        });
    }

    start() {
        this.map = L.map(this.root.el, {zoomSnap: 0.5, scrollWheelZoom: false});
        this.map.attributionControl.setPrefix("Leaflet");
        this.content = L.layerGroup().addTo(this.map);
        const {url, attribution} = this.props.tiles;
        if (url) {
            L.tileLayer(url, {maxZoom: 19, attribution: escape(attribution)})
                .on("tileerror", () => (this.state.tilesFailed = true))
                .on("tileload", () => (this.state.tilesFailed = false))
                .addTo(this.map);
        }
        // Panels and phones change the size of the map after it was drawn.
        this.observer = new ResizeObserver(() => this.map.invalidateSize());
        this.observer.observe(this.root.el);
    }

    draw() {
        this.content.clearLayers();
        for (const line of this.props.lines) {
            L.polyline(line.points, {
                color: line.color,
                weight: 3,
                opacity: 0.8,
                dashArray: "6 6",
                interactive: false,
            }).addTo(this.content);
        }
        const seen = {};
        for (const pin of this.props.pins) {
            // Pins at the same place stand side by side, so that each can be clicked.
            const place = `${pin.latitude.toFixed(4)},${pin.longitude.toFixed(4)}`;
            seen[place] = (seen[place] ?? -1) + 1;
            this.drawPin(pin, seen[place]);
        }
        this.fit();
    }

    drawPin(pin, neighbours) {
        const selected = pin.key === this.props.selected;
        const label = document.createElement("span");
        label.textContent = pin.label;
        label.style.backgroundColor = pin.color;
        label.className =
            "o_service_map_pin" +
            (selected ? " o_service_map_pin_selected" : "") +
            (pin.square ? " o_service_map_pin_square" : "");
        const icon = L.divIcon({
            html: label,
            className: "o_service_map_marker",
            iconSize: [28, 28],
            iconAnchor: [14 - 20 * neighbours, 14],
        });
        L.marker([pin.latitude, pin.longitude], {
            icon,
            title: pin.title,
            alt: pin.title,
            zIndexOffset: selected ? 1000 : 0,
        })
            .on("click", () => this.props.onSelect(pin.key))
            .addTo(this.content);
    }

    /** Show everything, but leave alone what the user has zoomed to. */
    fit() {
        const points = this.props.pins.map((pin) => [pin.latitude, pin.longitude]);
        const bounds = JSON.stringify(points);
        if (bounds === this.bounds) {
            return;
        }
        this.bounds = bounds;
        if (points.length) {
            this.map.fitBounds(points, {padding: [32, 32], maxZoom: 15});
        } else {
            this.map.setView(...WORLD);
        }
    }
}
