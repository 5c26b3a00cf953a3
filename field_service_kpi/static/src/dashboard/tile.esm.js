import {formatChange, formatFigure} from "./format.esm";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

const WIDTH = 120;
const HEIGHT = 36;
const EDGE = 4;

/** Twelve months in one line; a month without data leaves a gap. */
export class KpiSparkline extends Component {
    static template = "field_service_kpi.Sparkline";
    static props = {series: Array, label: String};

    get points() {
        const values = this.props.series.map((one) => one.value);
        const known = values.filter((value) => value !== null);
        const [low, high] = [Math.min(...known), Math.max(...known)];
        const height = HEIGHT - 2 * EDGE;
        return values.map((value, index) =>
            value === null
                ? null
                : {
                      x: EDGE + (index * (WIDTH - 2 * EDGE)) / (values.length - 1),
                      y:
                          HEIGHT -
                          EDGE -
                          (high > low ? ((value - low) / (high - low)) * height : height / 2),
                  }
        );
    }

    /** One line for each run of months that have a figure. */
    get lines() {
        const lines = [[]];
        for (const point of this.points) {
            if (point) {
                lines.at(-1).push(`${point.x.toFixed(1)},${point.y.toFixed(1)}`);
            } else if (lines.at(-1).length) {
                lines.push([]);
            }
        }
        return lines.filter((line) => line.length > 1).map((line) => line.join(" "));
    }

    get last() {
        return this.points.filter(Boolean).at(-1);
    }
}

/** One KPI: its figure, where it comes from and where it goes. */
export class KpiTile extends Component {
    static template = "field_service_kpi.Tile";
    static components = {KpiSparkline};
    static props = {
        tile: Object,
        currencyId: Number,
        onOpen: Function,
        onHistory: Function,
    };

    get isEmpty() {
        return this.props.tile.value === null;
    }

    get value() {
        return formatFigure(this.props.tile, this.props.tile.value, this.props.currencyId);
    }

    get target() {
        const {tile, currencyId} = this.props;
        return tile.target === null ? "" : formatFigure(tile, tile.target, currencyId);
    }

    get change() {
        return formatChange(this.props.tile, this.props.currencyId);
    }

    get changeIcon() {
        const {value, previous} = this.props.tile;
        return value > previous ? "fa-caret-up" : value < previous ? "fa-caret-down" : "";
    }

    get tooSmall() {
        return _t("n = %s: too small", this.props.tile.cases);
    }

    get hasHistory() {
        return this.props.tile.series.filter((one) => one.value !== null).length > 1;
    }

    get statusLabel() {
        const labels = {
            good: _t("On target"),
            warning: _t("Near the limit"),
            bad: _t("Target missed"),
        };
        return labels[this.props.tile.status] || "";
    }

    onClick() {
        const {tile} = this.props;
        if (tile.can_open && !this.isEmpty) {
            this.props.onOpen(tile);
        } else {
            this.props.onHistory(tile);
        }
    }
}
