import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";
import {formatMonetary, formatPercentage} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** Margin of a work order, rung by rung; each figure opens what it is the sum of. */
export class LadderField extends Component {
    static template = "field_service_kpi.Ladder";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get ladder() {
        return this.props.record.data[this.props.name];
    }

    get asOf() {
        const moment = formatDateTime(deserializeDateTime(this.ladder.as_of));
        return _t("Life to date, as of %s. Costs are positive.", moment);
    }

    /** Kinds of costs that some rung has: empty columns say nothing. */
    get columns() {
        const optional = ["parts", "labour", "travel", "subcontract", "other"];
        return this.ladder.columns.filter(
            ({code}) =>
                !optional.includes(code) ||
                this.ladder.rungs.some(({figures}) => figures[code])
        );
    }

    /** On a phone: what is known, without the kinds of costs that are nothing. */
    known(rung) {
        const always = ["revenue", "cost", "margin"];
        return this.columns.filter(
            ({code}) =>
                this.isKnown(rung, code) &&
                (always.includes(code) || rung.figures[code])
        );
    }

    isKnown(rung, code) {
        return rung.figures[code] !== null && rung.figures[code] !== undefined;
    }

    isBad(rung, code) {
        return ["margin", "rate"].includes(code) && rung.figures[code] < 0;
    }

    format(rung, code) {
        if (!this.isKnown(rung, code)) {
            return "–";
        }
        const value = rung.figures[code];
        return code === "rate"
            ? formatPercentage(value)
            : formatMonetary(value, {currencyId: this.ladder.currency_id});
    }

    async open(rung, code) {
        const action = await this.orm.call(
            this.props.record.resModel,
            "action_open_ladder",
            [[this.props.record.resId], rung.code, code === "rate" ? "margin" : code]
        );
        this.action.doAction(action);
    }
}

registry.category("fields").add("field_service_ladder", {
    component: LadderField,
    displayName: _t("Margin Ladder"),
    supportedTypes: ["json"],
});
