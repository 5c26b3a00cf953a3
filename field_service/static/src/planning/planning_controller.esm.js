import {_t} from "@web/core/l10n/translation";
import {CalendarController} from "@web/views/calendar/calendar_controller";
import {FormViewDialog} from "@web/views/view_dialogs/form_view_dialog";
import {onWillUnmount} from "@odoo/owl";
import {PlanningSidePanel} from "./planning_side_panel.esm";
import {serializeDateTime} from "@web/core/l10n/dates";
import {useDebounced} from "@web/core/utils/timing";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

const CHANNEL = "field_service_board";
const REFRESH_DELAY = 300;

export class PlanningController extends CalendarController {
    static template = "field_service.PlanningController";
    static components = {
        ...CalendarController.components,
        CalendarSidePanel: PlanningSidePanel,
    };

    setup() {
        super.setup();
        this._baseRendererProps.planOrder = this.planOrder.bind(this);
        useHotkey("control+z", () => this.model.undo(), {
            isAvailable: () => this.canUndo,
        });
        this.useLiveRefresh();
    }

    /** Another dispatcher's change is shown at once; nothing is polled. */
    useLiveRefresh() {
        const bus = useService("bus_service");
        const refresh = useDebounced(() => this.refresh(), REFRESH_DELAY);
        const onChange = ({company_id, tab}) => {
            const shown = user.activeCompanies.some(({id}) => id === company_id);
            if (shown && tab !== this.model.tab) {
                refresh();
            }
        };
        bus.addChannel(CHANNEL);
        bus.subscribe(CHANNEL, onChange);
        onWillUnmount(() => {
            bus.unsubscribe(CHANNEL, onChange);
            bus.deleteChannel(CHANNEL);
        });
    }

    refresh() {
        return this.model.load();
    }

    get isBoard() {
        return false;
    }

    get canUndo() {
        return this.model.undoSteps.length > 0;
    }

    get sidePanelProps() {
        return {
            ...super.sidePanelProps,
            planOrder: this.planOrder.bind(this),
            openOrder: this.openOrder.bind(this),
            isBoard: this.isBoard,
        };
    }

    get editRecordDefaultDisplayText() {
        return _t("New Visit");
    }

    /** A saved visit is shown without loading the page again. */
    getQuickCreateFormViewProps() {
        return {
            ...super.getQuickCreateFormViewProps(...arguments),
            onRecordSaved: () => this.model.load(),
        };
    }

    /** Plan at once where it is known who goes and when, else ask in the form. */
    async planOrder(order, start = null, technicianId = null) {
        const [only, ...others] = this.model.shownTechnicians;
        const technician = technicianId || (others.length ? null : only?.id);
        if (start && technician) {
            return this.model.plan(order.id, technician, start);
        }
        const context = {default_order_id: order.id};
        if (technician) {
            context.default_technician_id = technician;
        }
        if (start) {
            context.default_start = serializeDateTime(start);
            context.default_stop = serializeDateTime(start.plus({hours: order.hours}));
        }
        this.displayDialog(FormViewDialog, {
            resModel: this.model.resModel,
            viewId: this.model.quickCreateFormViewId,
            title: _t("Plan %s", order.name),
            context,
            onRecordSaved: () => this.model.load(),
        });
    }

    openOrder({id}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "field.service.order",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}
