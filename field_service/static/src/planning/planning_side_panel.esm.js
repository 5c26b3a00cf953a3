import {CalendarFilterSection} from "@web/views/calendar/calendar_filter_section/calendar_filter_section";
import {CalendarSidePanel} from "@web/views/calendar/calendar_side_panel/calendar_side_panel";
import {ToPlanList} from "./to_plan_list.esm";

// A longer list of people is opened on demand.
const UNFOLDED = 12;

export class TechnicianSection extends CalendarFilterSection {
    setup() {
        super.setup();
        this.state.collapsed = this.section.filters.length > UNFOLDED;
    }
}

/** Date picker, team, orders to plan, technicians. */
export class PlanningSidePanel extends CalendarSidePanel {
    static template = "field_service.PlanningSidePanel";
    static components = {
        ...CalendarSidePanel.components,
        FilterSection: TechnicianSection,
        ToPlanList,
    };
    static props = ["model", "planOrder", "openOrder", "isBoard"];

    onTeamChange(ev) {
        this.props.model.setTeam(Number(ev.target.value) || false);
    }
}
