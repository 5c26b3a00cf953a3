import {Component, onWillRender} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";
import {formatCurrency} from "@web/core/currency";

/** From the first amount to the last one, step by step: chart and table in one. */
export class Bridge extends Component {
    static template = "field_service_kpi.Bridge";
    static props = {
        data: Object,
        onOpen: {type: Function, optional: true},
    };

    setup() {
        onWillRender(() => this.prepare(this.props.data));
    }

    prepare(data) {
        let total = data.start;
        const rows = [this.makeTotal("start", _t("Baseline margin"), data.start)];
        for (const step of data.steps) {
            rows.push({...step, from: total, to: total + step.amount});
            total += step.amount;
        }
        rows.push(this.makeTotal("end", _t("Posted margin"), data.end));
        const ends = rows.flatMap(({from, to}) => [from, to]);
        this.low = Math.min(0, ...ends);
        this.span = Math.max(0, ...ends) - this.low || 1;
        this.rows = rows;
    }

    makeTotal(key, label, amount) {
        return {key, label, amount, from: 0, to: amount, total: true};
    }

    get asOf() {
        return formatDateTime(deserializeDateTime(this.props.data.as_of));
    }

    get zero() {
        return `left: ${this.percent(0)}%`;
    }

    percent(amount) {
        return (100 * (amount - this.low)) / this.span;
    }

    barStyle({from, to}) {
        const left = this.percent(Math.min(from, to));
        const width = this.percent(Math.max(from, to)) - left;
        return `left: ${left}%; width: ${Math.max(width, 0.2)}%`;
    }

    barClass({total, amount}) {
        if (total) {
            return amount < 0 ? "text-bg-danger" : "text-bg-primary";
        }
        return amount < 0 ? "bg-danger" : "bg-success";
    }

    format(row) {
        const text = formatCurrency(row.amount, this.props.data.currency_id);
        return row.total || row.amount <= 0 ? text : `+${text}`;
    }

    open(row) {
        if (this.props.onOpen) {
            this.props.onOpen(row.key);
        }
    }
}
