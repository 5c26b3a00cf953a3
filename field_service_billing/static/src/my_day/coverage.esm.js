import {Component, onWillUnmount, useState} from "@odoo/owl";
import {sectionRegistry} from "@field_service/my_day/registries.esm";

const {DateTime} = luxon;

/** Who pays, in one sentence and without any price; and when the limit is near. */
export class MyDayCoverage extends Component {
    static template = "field_service_billing.MyDayCoverage";
    static props = {page: Object, report: Function};

    setup() {
        this.state = useState({now: Date.now()});
        const timer = setInterval(() => (this.state.now = Date.now()), 20000);
        onWillUnmount(() => clearInterval(timer));
    }

    get icon() {
        const icons = {warranty: "fa-shield", contract: "fa-refresh", goodwill: "fa-gift"};
        return icons[this.props.page.coverage.kind] || "fa-credit-card";
    }

    /** The last warning whose time has come, also without any network. */
    get warning() {
        const due = (this.props.page.coverage.warnings || []).filter(
            (warning) =>
                DateTime.fromSQL(warning.at, {zone: "utc"}).toMillis() <= this.state.now
        );
        return due.length ? due[due.length - 1].text : "";
    }
}

sectionRegistry.add("coverage", {Component: MyDayCoverage, sequence: 10});
