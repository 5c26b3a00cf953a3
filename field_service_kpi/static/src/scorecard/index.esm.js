import {formatIndex, formatStanding} from "./format.esm";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/core/utils/numbers";

/** A technician's index, what it is made of in words, and where he stands. */
export class ScorecardIndex extends Component {
    static template = "field_service_kpi.ScorecardIndex";
    static props = {index: Object, onOpen: Function, onOpenRecord: Function};

    setup() {
        this.formatIndex = formatIndex;
        this.formatStanding = formatStanding;
    }

    get cases() {
        return `n = ${this.props.index.cases}`;
    }

    getCredibility(part) {
        const share = formatFloat(part.credibility * 100, {digits: [16, 0]});
        return _t("credibility %s %%", share);
    }

    /** Width of a bar on which 100 lies in the middle. */
    getWidth(value) {
        return Math.max(Math.min(value * 50, 100), 2);
    }
}
