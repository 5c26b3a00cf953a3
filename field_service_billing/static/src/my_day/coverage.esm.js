import {Component} from "@odoo/owl";
import {sectionRegistry} from "@field_service/my_day/registries.esm";

/** Who pays, in one sentence and without any price. */
export class MyDayCoverage extends Component {
    static template = "field_service_billing.MyDayCoverage";
    static props = {page: Object, report: Function};

    get icon() {
        const icons = {warranty: "fa-shield", contract: "fa-refresh", goodwill: "fa-gift"};
        return icons[this.props.page.coverage.kind] || "fa-credit-card";
    }
}

sectionRegistry.add("coverage", {Component: MyDayCoverage, sequence: 10});
