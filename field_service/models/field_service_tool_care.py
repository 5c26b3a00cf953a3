from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date


class FieldServiceToolCare(models.AbstractModel):
    """Whether a tool may be used: its latest calibration decides."""

    _name = "field.service.tool.care"
    _description = "Calibration of Tools"

    service_needs_calibration = fields.Boolean(
        string="Needs Calibration",
        compute="_compute_service_needs_calibration",
        store=True,
        readonly=False,
        tracking=True,
        help="The tool may be used only with a valid calibration.",
    )
    service_calibration_ids = fields.One2many(
        comodel_name="field.service.calibration",
        inverse_name="resource_id",
        string="Calibrations",
        groups="field_service.group_technician,field_service.group_cost",
    )
    service_valid_until = fields.Date(
        string="Calibration Valid until",
        compute="_compute_service_calibration",
        store=True,
        index="btree_not_null",
        tracking=True,
    )
    service_calibration_result = fields.Selection(
        selection=[("pass", "Passed"), ("fail", "Failed")],
        string="Last Calibration",
        compute="_compute_service_calibration",
        store=True,
        tracking=True,
    )
    service_calibration_state = fields.Selection(
        selection=[
            ("valid", "Valid"),
            ("due", "Due soon"),
            ("expired", "Expired"),
            ("failed", "Failed"),
            ("missing", "Never calibrated"),
        ],
        string="Calibration",
        compute="_compute_service_calibration_state",
        search="_search_service_calibration_state",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("service_tool_category_id")
    def _compute_service_needs_calibration(self):
        for tool in self:
            if tool.service_tool_category_id:
                category = tool.service_tool_category_id
                tool.service_needs_calibration = category.needs_calibration

    @api.depends(
        "service_calibration_ids.date",
        "service_calibration_ids.result",
        "service_calibration_ids.valid_until",
    )
    def _compute_service_calibration(self):
        for tool in self:
            calibrations = tool.service_calibration_ids
            last = calibrations.sorted(lambda done: (done.date, done.id))[-1:]
            tool.service_calibration_result = last.result
            tool.service_valid_until = last.result == "pass" and last.valid_until

    @api.depends(
        "service_needs_calibration", "service_valid_until", "service_calibration_result"
    )
    @api.depends_context("company", "tz")
    def _compute_service_calibration_state(self):
        today, soon = self._get_calibration_days()
        for tool in self:
            tool.service_calibration_state = tool._get_calibration_state(today, soon)

    def _get_calibration_days(self):
        """Return today, and the last day that is soon."""
        today = fields.Date.context_today(self)
        return today, today + timedelta(days=self._get_days_ahead())

    def _get_days_ahead(self):
        # A setting of the company, whoever asks.
        return self.env.company.sudo().service_calibration_days

    def _get_calibration_state(self, today, soon):
        if not self.service_needs_calibration:
            return False
        if self.service_calibration_result == "fail":
            return "failed"
        if not self.service_valid_until:
            return "missing"
        if self.service_valid_until < today:
            return "expired"
        return "due" if self.service_valid_until <= soon else "valid"

    @api.model
    def _search_service_calibration_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today, soon = self._get_calibration_days()
        until, result = "service_valid_until", "service_calibration_result"
        passed = Domain(result, "=", "pass")
        found = {
            "failed": Domain(result, "=", "fail"),
            "missing": Domain(result, "=", False),
            "expired": passed & Domain(until, "<", today),
            "due": passed & Domain(until, ">=", today) & Domain(until, "<=", soon),
            "valid": passed & Domain(until, ">", soon),
        }
        needed = Domain("service_needs_calibration", "=", True)
        domain = Domain.OR(needed & found[state] for state in value if state in found)
        return domain | ~needed if False in value else domain

    # -------------------------------------------------------------------- validity
    def _get_calibration_problem(self, day):
        """Say why the tool may not be used on a day; nothing when it may."""
        self.ensure_one()
        if not self.service_needs_calibration:
            return None
        until, tool = self.service_valid_until, self.display_name
        if self.service_calibration_result == "fail":
            return self.env._("%(tool)s has failed its last calibration.", tool=tool)
        if not until:
            return self.env._("%(tool)s has never been calibrated.", tool=tool)
        if day <= until:
            return None
        return self.env._(
            "The calibration of %(tool)s is valid until %(day)s.",
            tool=tool,
            day=format_date(self.env, until),
        )

    def action_view_calibrations(self):
        """Open the calibrations of the tool."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_calibration_action"
        )
        return {
            **action,
            "domain": [("resource_id", "in", self.ids)],
            "context": {"default_resource_id": self[:1].id},
        }
