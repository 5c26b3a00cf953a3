import {kindRegistry, sectionRegistry} from "@field_service/my_day/registries.esm";
import {MyDaySheet} from "@field_service/my_day/sheet.esm";
import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {MyDayPartSearch} from "./part_search.esm";

/** Which part was not in the van, when somebody has to come again for one. */
export class MyDayMissingPart extends Component {
    static template = "field_service_stock.MyDayMissingPart";
    static components = {MyDayPartSearch, MyDaySheet};
    static props = {page: Object, report: Function};

    setup() {
        this.model = useService("field_service_my_day");
        this.day = useState(this.model.state);
        this.state = useState({changing: false, searching: false});
    }

    /** Known without a network, too: the reason says it. */
    get isLacking() {
        const {result, return_reason_id} = this.props.page;
        const reasons = this.day.setup.reasons?.return || [];
        const reason = reasons.find(({id}) => id === return_reason_id);
        return result === "return_needed" && Boolean(reason?.missing_part);
    }

    get isAsked() {
        return this.state.changing || !this.props.page.missing_product;
    }

    /** What was planned and not used: also what should have been in the van. */
    get parts() {
        const open = this.props.page.parts.filter(
            ({state, customer_supplied}) =>
                !["used", "cancelled"].includes(state) && !customer_supplied
        );
        return [...new Map(open.map((part) => [part.product_id, part])).values()];
    }

    choose({product_id, name}) {
        this.props.report("missing_part", {product_id, name});
        Object.assign(this.state, {changing: false, searching: false});
    }

    /** What the server finds, in the van or not; null without an answer. */
    async find(text) {
        try {
            return await this.model.ask("find_parts", this.props.page.id, text, false);
        } catch {
            return null;
        }
    }

    get closeSearch() {
        return () => (this.state.searching = false);
    }
}

// Above what was planned: it is asked when the technician has just finished.
sectionRegistry.add("missing_part", {Component: MyDayMissingPart, sequence: 5});

kindRegistry.add("missing_part", {
    apply(page, {payload}) {
        page.missing_product = payload.name;
    },
    label: ({payload}) => _t("Missing part: %s", payload.name),
});
