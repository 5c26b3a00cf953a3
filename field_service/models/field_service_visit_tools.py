from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

SECOND = timedelta(seconds=1)


class FieldServiceVisitTools(models.AbstractModel):
    """Which tools a visit takes along, and whether they may be used on its day."""

    _name = "field.service.visit.tools"
    _inherit = ["field.service.visit.override"]
    _description = "Tools of Visits"

    tools_not_valid = fields.Text(compute="_compute_tools_not_valid")
    tools_override_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        string="Goes without Valid Tools because",
        index="btree_not_null",
        copy=False,
        tracking=True,
        domain="[('kind', '=', 'override')]",
        help="Why the visit is planned or dispatched without valid tools.",
    )
    tools_override_note = fields.Char(string="Note on Tools", copy=False)
    tools_override_missing = fields.Text(
        string="What Was Wrong with the Tools", copy=False, readonly=True
    )
    tools_override_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Tools Decided by",
        index="btree_not_null",
        copy=False,
        readonly=True,
    )
    tools_override_on = fields.Datetime(
        string="Tools Decided on", copy=False, readonly=True
    )
    dispatched_without_tools = fields.Boolean(
        string="Dispatched without Valid Tools",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Sent although a tool had no valid calibration, or was not planned.",
    )

    @api.model
    def _get_overrides(self):
        return {**super()._get_overrides(), "tools": "_describe_tools"}

    @api.depends(
        "state",
        "stop",
        "resource_ids.service_needs_calibration",
        "resource_ids.service_valid_until",
        "resource_ids.service_calibration_result",
        "order_id.tool_category_ids",
    )
    @api.depends_context("lang")
    def _compute_tools_not_valid(self):
        for visit in self:
            visit.tools_not_valid = visit._is_open() and visit._describe_tools()

    # ------------------------------------------------------------------ validity
    def _get_last_day(self):
        """Return the last day of the visit, where the work is done."""
        self.ensure_one()
        # What ends at midnight has not begun the next day.
        moment = (self.stop or fields.Datetime.now()) - SECOND
        zone = pytz.timezone(self._get_site_tz())
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _get_tool_problems(self):
        """Return why tools cannot be used on the visit, and which are not planned.

        :rtype: list[str]
        """
        self.ensure_one()
        # Tools are no secret of anybody.
        tools = self.resource_ids.sudo()
        careful = tools.filtered("service_needs_calibration")
        day = careful and self._get_last_day()
        problems = [tool._get_calibration_problem(day) for tool in careful]
        problems += [
            self.env._("No %(category)s is planned.", category=category.name)
            for category in self._get_missing_categories()
        ]
        return [problem for problem in problems if problem]

    def _get_missing_categories(self):
        """Return the categories the order asks for that no tool of the visit is of."""
        wanted = self.order_id.tool_category_ids
        return wanted - self.resource_ids.sudo().service_tool_category_id  # as above

    def _describe_tools(self):
        return "\n".join(self._get_tool_problems())

    @api.model
    def _get_plan_checks(self):
        return [*super()._get_plan_checks(), "_check_plan_tools"]

    def _check_plan_tools(self):
        """Whether each tool may be used on the day of the visit."""
        problems = {visit: visit._get_tool_problems() for visit in self}
        return {visit: found for visit, found in problems.items() if found}

    def action_override_tools(self):
        """Ask why the visits go without valid tools."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Go without Valid Tools"),
            "res_model": "field.service.tools.override",
            "views": [(False, "form")],
            "target": "new",
            "context": {**self.env.context, "default_visit_ids": self.ids},
        }

    # -------------------------------------------------------------------- choice
    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits._choose_tools()
        return visits

    def action_choose_tools(self):
        """Take a free and valid tool for each that is missing or not valid."""
        before = {visit: visit.resource_ids for visit in self}
        for visit in self:
            visit._replace_tools()
        self._choose_tools()
        if all(visit.resource_ids == tools for visit, tools in before.items()):
            message = self.env._("No other tool is free and valid at that time.")
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {"type": "warning", "message": message},
            }
        return True

    def _replace_tools(self):
        """Put a valid tool of the same category in the place of each that is not."""
        # As above.
        tools = self.resource_ids.sudo().filtered("service_tool_category_id")
        day = self._get_last_day()
        invalid = tools.filtered(lambda tool: tool._get_calibration_problem(day))
        found = self._find_tools(invalid.service_tool_category_id)
        replaced = invalid.filtered(
            lambda tool: tool.service_tool_category_id in found.service_tool_category_id
        )
        if found:
            self.resource_ids = self.resource_ids - replaced | found

    def _choose_tools(self):
        """Add a tool of each missing category: the technician's own, else a free one.

        Where there is none the plan says so: somebody has to decide.
        """
        for visit in self:
            missing = visit._get_missing_categories()
            if missing and visit.start and visit.stop and visit._is_open():
                chosen = visit._find_tools(missing)
                if chosen:
                    visit.resource_ids |= chosen

    def _find_tools(self, categories):
        """Return one tool of each category that is free and valid, if there is one."""
        # As above; whoever plans need not see the bookings of all visits.
        tools = self.env["resource.resource"].sudo()
        tools = tools.search(
            Domain("resource_type", "=", "material")
            & Domain("service_tool_category_id", "in", categories.ids)
            & Domain("company_id", "in", (False, self.company_id.id)),
            order="name, id",
        )
        busy = self.env["field.service.availability"]._get_bookings(
            tools, self.start, self.stop
        )
        day = self._get_last_day()
        people = (self.technician_id | self.crew_ids).sudo()  # as above
        usable = tools.filtered(
            lambda tool: not busy.get(tool.id)
            and not tool._get_calibration_problem(day)
        ).sorted(lambda tool: tool.service_holder_id not in people)
        chosen = tools.browse()
        for category in categories:
            chosen |= usable.filtered(
                lambda tool, category=category: tool.service_tool_category_id
                == category
            )[:1]
        return chosen.with_env(self.env)

    # ------------------------------------------------------------------ snapshot
    @api.model
    def _get_dispatch_fields(self):
        return [*super()._get_dispatch_fields(), "resource_ids"]

    def _prepare_dispatch_snapshot(self):
        tools = self.resource_ids.sudo().sorted("id")  # as above
        return {
            **super()._prepare_dispatch_snapshot(),
            "tools": [[tool.id, tool.display_name] for tool in tools],
        }

    @api.model
    def _get_dispatch_labels(self):
        return {**super()._get_dispatch_labels(), "tools": self.env._("Tools")}
