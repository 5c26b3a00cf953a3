import {Component, useState} from "@odoo/owl";
import {KpiChart, pickColor} from "./chart.esm";
import {formatFigure, formatMonth} from "./format.esm";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

/** What a KPI means and how it went; each month opens what it is the sum of. */
export class KpiHistory extends Component {
    static template = "field_service_kpi.History";
    static components = {Dialog, KpiChart};
    static props = {tile: Object, currencyId: Number, onOpen: Function, close: Function};

    setup() {
        this.formatMonth = formatMonth;
        this.format = (value) =>
            formatFigure(this.props.tile, value, this.props.currencyId);
    }

    get basis() {
        return _t("Date basis: %s.", this.props.tile.basis);
    }

    get counter() {
        const {counter} = this.props.tile;
        return counter ? _t("Look at it together with: %s.", counter) : "";
    }

    get labels() {
        return this.props.tile.series.map((one) => formatMonth(one.month));
    }

    get datasets() {
        const {tile} = this.props;
        const color = pickColor(0);
        const sets = [
            {
                label: tile.name,
                data: tile.series.map((one) => one.value),
                borderColor: color,
                backgroundColor: color,
                tension: 0.25,
            },
        ];
        if (tile.target !== null) {
            sets.push({
                label: _t("Target"),
                data: tile.series.map(() => tile.target),
                borderColor: pickColor(2),
                borderDash: [6, 4],
                pointRadius: 0,
            });
        }
        return sets;
    }

    get rows() {
        return this.props.tile.series.filter((one) => one.value !== null).reverse();
    }

    get isEmpty() {
        return !this.rows.length;
    }

    open(month) {
        this.props.close();
        this.props.onOpen(this.props.tile, month);
    }
}

/** Which KPIs somebody wants to see. */
export class KpiChooser extends Component {
    static template = "field_service_kpi.Chooser";
    static components = {Dialog};
    static props = {
        families: Array,
        available: Array,
        shown: Array,
        onSave: Function,
        close: Function,
    };

    setup() {
        this.state = useState({chosen: Object.fromEntries(this.props.shown.map((id) => [id, true]))});
    }

    get groups() {
        return this.props.families
            .map(([key, name]) => ({
                key,
                name,
                kpis: this.props.available.filter((kpi) => kpi.family === key),
            }))
            .filter((group) => group.kpis.length);
    }

    get chosen() {
        const {available} = this.props;
        return available.map((kpi) => kpi.id).filter((id) => this.state.chosen[id]);
    }

    toggle(id) {
        this.state.chosen[id] = !this.state.chosen[id];
    }

    async save(ids) {
        await this.props.onSave(ids);
        this.props.close();
    }
}
