import {kindRegistry, sectionRegistry} from "./registries.esm";
import {Component} from "@odoo/owl";
import {deserializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

const {DateTime} = luxon;

/** The tools of a visit: who has each, and whether it may be used that day. */
export class MyDayTools extends Component {
    static template = "field_service.MyDayTools";
    static props = {page: Object, report: Function};

    formatDate(text) {
        return deserializeDate(text).toLocaleString(DateTime.DATE_MED);
    }

    take(tool) {
        return this.props.report("tool", {resource_id: tool.id, name: tool.name});
    }

    giveBack(tool) {
        const payload = {resource_id: tool.id, name: tool.name, give_back: true};
        return this.props.report("tool", payload);
    }
}

sectionRegistry.add("tools", {Component: MyDayTools, sequence: 10});

kindRegistry.add("tool", {
    apply(page, {payload}) {
        page.tools = page.tools.map((tool) =>
            tool.id === payload.resource_id
                ? {...tool, mine: !payload.give_back, may_take: false, holder: "", pending: true}
                : tool
        );
    },
    label: ({payload}) =>
        payload.give_back
            ? _t("%s given back", payload.name)
            : _t("%s taken over", payload.name),
});
