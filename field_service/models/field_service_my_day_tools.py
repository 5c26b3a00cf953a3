from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date


class FieldServiceMyDayTools(models.AbstractModel):
    """The tools on the technician's phone: those of a visit, and those he has."""

    _name = "field.service.my.day.tools"
    _description = "Tools on a Technician's Phone"

    @api.model
    def _get_visit_tools(self, visit):
        """Return what the phone shows of the tools of a visit."""
        missing = visit._get_missing_categories()
        return {
            "tools": [
                self._get_tool_values(tool, visit._get_last_day())
                for tool in visit.resource_ids
            ],
            "tools_missing": "\n".join(
                self.env._("No %(category)s is planned.", category=category.name)
                for category in missing
            ),
        }

    @api.model
    def _get_tool_values(self, tool, day):
        # Who has a tool is no secret, the records of colleagues are.
        holder = tool.sudo().service_holder_id
        until = tool.service_needs_calibration and tool.service_valid_until
        return {
            "id": tool.id,
            "name": tool.display_name,
            "holder": holder.name or "",
            "mine": holder.user_id == self.env.user,
            "may_take": tool.service_may_take,
            "valid_until": fields.Date.to_string(until) or False,
            "valid_until_label": until and format_date(self.env, until),
            "problem": tool._get_calibration_problem(day) or "",
        }

    @api.model
    def _get_held_tools(self):
        """Return the tools the user has."""
        # He may know which employee he is himself.
        people = self.env.user.sudo().employee_ids
        tools = self.env["resource.resource"].search(
            [("service_holder_id", "in", people.ids)]
        )
        today = fields.Date.context_today(self)
        return [self._get_tool_values(tool, today) for tool in tools]

    @api.model
    def _apply_tool(self, report):
        """Take a tool of the visit over, or give it back."""
        tool = self.env["resource.resource"].browse(int(report.payload["resource_id"]))
        if tool not in report.visit.resource_ids:
            raise UserError(
                self.env._("This tool is not planned any longer: load the page anew.")
            )
        if report.payload.get("give_back"):
            tool.action_give_back()
        else:
            tool.action_take()
