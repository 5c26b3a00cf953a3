import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";
import {formatFigure, formatPeriod} from "../dashboard/format.esm";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {KpiHistory} from "../dashboard/dialogs.esm";
import {Layout} from "@web/search/layout";
import {ScorecardIndex} from "./index.esm";
import {ScorecardList} from "./list.esm";
import {ScorecardRow} from "./row.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

const MODEL = "field.service.scorecard";

/** Whose figures they are, beside those of others: a list, and one at a time. */
export class Scorecard extends Component {
    static template = "field_service_kpi.Scorecard";
    static components = {
        Dropdown,
        DropdownItem,
        Layout,
        ScorecardIndex,
        ScorecardList,
        ScorecardRow,
    };
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.display = {controlPanel: {}};
        const {level, record_id: recordId, is_list: isList} = this.props.action.params || {};
        // What was looked at is kept: by the breadcrumb, and by the address.
        const address = this.readAddress();
        this.question = this.props.state?.question || {
            level: address?.level || level || "technician",
            recordId: address?.recordId || recordId || false,
            isList: Boolean(isList) && !address,
            options: {},
        };
        this.state = useState({data: null, loading: false});
        this.asked = 0;
        useSetupAction({getLocalState: () => ({question: this.question})});
        onWillStart(() => this.load());
    }

    get data() {
        return this.state.data;
    }

    get isList() {
        return Boolean(this.data.levels);
    }

    readAddress() {
        const found = /^(\w+)_(\d+)$/.exec(this.props.action.context?.active_id || "");
        return found && {level: found[1], recordId: Number(found[2])};
    }

    // --------------------------------------------------------------------- loading
    async load(change = {}) {
        const question = {...this.question, ...change};
        const {level, recordId, isList, options} = question;
        const number = ++this.asked;
        this.state.loading = true;
        try {
            const data = isList
                ? await this.orm.call(MODEL, "get_list", [level, options])
                : await this.orm.call(MODEL, "get_scorecard", [level, recordId, options]);
            // Another question may have been asked in the meantime.
            if (number === this.asked) {
                this.question = question;
                this.state.data = data;
                this.showName();
            }
        } finally {
            if (number === this.asked) {
                this.state.loading = false;
            }
        }
    }

    showName() {
        const {level, recordId, isList} = this.question;
        if (!isList && recordId) {
            this.env.config.setDisplayName(_t("Scorecard: %s", this.data.name));
            this.props.updateActionState?.({active_id: `${level}_${recordId}`});
        }
    }

    // -------------------------------------------------------------------- switches
    get periods() {
        return [
            ["twelve_months", _t("Last 12 months")],
            ["this_month", _t("This month")],
            ["last_month", _t("Last month")],
            ["this_quarter", _t("This quarter")],
            ["last_quarter", _t("Last quarter")],
            ["this_year", _t("This year")],
            ["last_year", _t("Last year")],
        ];
    }

    get periodName() {
        return this.periods.find(([key]) => key === this.data.period.key)[1];
    }

    get periodDays() {
        const {start, stop} = this.data.period;
        return formatPeriod(start, stop);
    }

    get previousDays() {
        const {previous_start, previous_stop} = this.data.period;
        return _t("compared with %s", formatPeriod(previous_start, previous_stop));
    }

    get asOf() {
        return _t("As of %s", formatDateTime(deserializeDateTime(this.data.as_of)));
    }

    setPeriod(period) {
        return this.load({options: {period}});
    }

    setLevel(level) {
        return this.load({level});
    }

    // -------------------------------------------------------------------- what is shown
    get groups() {
        return this.data.families
            .map(([key, name]) => ({
                key,
                name,
                rows: this.data.rows.filter((row) => row.family === key),
            }))
            .filter((group) => group.rows.length);
    }

    get hidden() {
        return _t("%s more KPIs have no data here.", this.data.hidden);
    }

    get hasTeam() {
        return this.data.rows.some((row) => row.team !== null);
    }

    format(row, value) {
        return formatFigure(row, value, this.data.currency_id);
    }

    // -------------------------------------------------------------------- what is opened
    openRecord(row) {
        return this.action.doAction({
            type: "ir.actions.client",
            tag: "field_service_kpi_scorecard",
            name: _t("Scorecard"),
            params: {level: this.data.level, record_id: row.id},
        });
    }

    async openCases(row, part = "current") {
        const {level, record_id: recordId} = this.data;
        const {options} = this.question;
        const question = [row.id, level, recordId, options, part];
        return this.action.doAction(await this.orm.call(MODEL, "open_cases", question));
    }

    async openIndex(part) {
        const question = [part.key, this.data.record_id, this.question.options];
        return this.action.doAction(await this.orm.call(MODEL, "open_index_cases", question));
    }

    showHistory(row) {
        this.dialog.add(KpiHistory, {
            tile: row,
            currencyId: this.data.currency_id,
            onOpen: (one, month) => this.openCases(one, month),
        });
    }
}

registry.category("actions").add("field_service_kpi_scorecard", Scorecard);
