import {formatChange, formatFigure} from "../dashboard/format.esm";
import {Component} from "@odoo/owl";
import {KpiSparkline} from "../dashboard/tile.esm";
import {_t} from "@web/core/l10n/translation";

/** One KPI of a scorecard: figure, target, history, and what others have. */
export class ScorecardRow extends Component {
    static template = "field_service_kpi.ScorecardRow";
    static components = {KpiSparkline};
    static props = {
        row: Object,
        currencyId: Number,
        hasTeam: Boolean,
        onOpen: Function,
        onHistory: Function,
    };

    format(value) {
        return formatFigure(this.props.row, value, this.props.currencyId);
    }

    get value() {
        return this.format(this.props.row.value);
    }

    get cases() {
        const {row} = this.props;
        if (row.value === null) {
            return _t("No data");
        }
        return row.too_small ? _t("n = %s: too few", row.cases) : `n = ${row.cases}`;
    }

    get change() {
        return formatChange(this.props.row, this.props.currencyId);
    }

    get target() {
        const {row} = this.props;
        return row.target === null ? "" : this.format(row.target);
    }

    get statusLabel() {
        const labels = {
            good: _t("On target"),
            warning: _t("Near the limit"),
            bad: _t("Target missed"),
        };
        return labels[this.props.row.status] || "";
    }

    get peers() {
        const {peers} = this.props.row;
        const figures = [peers.worst, peers.median, peers.best];
        return figures.map((value) => this.format(value)).join(" · ");
    }

    get rank() {
        const {rank, count} = this.props.row.peers;
        return rank ? _t("%(rank)s of %(count)s", {rank, count}) : "";
    }

    get hasHistory() {
        return this.props.row.series.filter((one) => one.value !== null).length > 1;
    }

    onClick() {
        const {row} = this.props;
        if (row.can_open && row.value !== null) {
            this.props.onOpen(row);
        } else {
            this.props.onHistory(row);
        }
    }
}
