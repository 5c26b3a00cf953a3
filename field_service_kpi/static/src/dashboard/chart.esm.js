/* global Chart */
import {Component, onWillStart, onWillUnmount, useEffect, useRef} from "@odoo/owl";
import {cookie} from "@web/core/browser/cookie";
import {getColor} from "@web/core/colors/colors";
import {loadBundle} from "@web/core/assets";

const GRID = "rgba(128, 128, 128, 0.2)";

/**
 * Return a colour of the palette, for the scheme the user has switched on.
 *
 * @param {Number} index
 * @returns {String}
 */
export function pickColor(index) {
    return getColor(index, cookie.get("color_scheme"), "sm");
}

/** A graph of Odoo's own library in the colours of the page around it. */
export class KpiChart extends Component {
    static template = "field_service_kpi.Chart";
    static props = {
        type: String,
        labels: Array,
        datasets: Array,
        label: String,
        format: Function,
        horizontal: {type: Boolean, optional: true},
        stacked: {type: Boolean, optional: true},
        legend: {type: Boolean, optional: true},
        onClick: {type: Function, optional: true},
    };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(() => this.draw());
        onWillUnmount(() => this.chart?.destroy());
    }

    draw() {
        this.chart?.destroy();
        const color = getComputedStyle(this.canvas.el.parentElement).color;
        this.chart = new Chart(this.canvas.el, {
            type: this.props.type,
            data: {labels: this.props.labels, datasets: this.props.datasets},
            options: {
                animation: false,
                color,
                indexAxis: this.props.horizontal ? "y" : "x",
                interaction: {mode: "index", intersect: false},
                maintainAspectRatio: false,
                onClick: (_ev, [item]) => item && this.props.onClick?.(item.index),
                plugins: {
                    legend: {
                        display: Boolean(this.props.legend),
                        position: "bottom",
                        labels: {color, boxWidth: 12},
                    },
                    tooltip: {callbacks: {label: (item) => this.getTooltip(item)}},
                },
                scales: this.getScales(color),
            },
        });
    }

    getTooltip(item) {
        const name = item.dataset.label || item.label;
        return `${name}: ${this.props.format(item.raw)}`;
    }

    getScales(color) {
        if (this.props.type === "doughnut") {
            return {};
        }
        const {horizontal, stacked, format} = this.props;
        const figures = {
            stacked,
            ticks: {color, maxTicksLimit: 5, callback: (value) => format(value)},
            grid: {color: GRID},
            border: {display: false},
        };
        const names = {stacked, ticks: {color, maxRotation: 0}, grid: {display: false}};
        return horizontal ? {x: figures, y: names} : {x: names, y: figures};
    }
}
