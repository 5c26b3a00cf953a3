import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

_logger = logging.getLogger(__name__)


class FieldServiceToolNotice(models.AbstractModel):
    """Tells the holder and the dispatcher in time that a calibration ends: twice."""

    _name = "field.service.tool.notice"
    _description = "Notices about Tools"

    service_told = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="What was told last, so that nobody is told twice.",
    )

    @api.model
    def _cron_tell_calibrations(self):
        """Tell which calibrations end soon, and which have ended."""
        tools = self._get_tools_to_tell()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(tools))
        for tool in tools:
            tool._attempt_to_tell()
            if not cron._commit_progress(1):
                break

    @api.model
    def _get_tools_to_tell(self):
        """Return the tools about which something has to be said that was not said."""
        companies = self.env["res.company"].search(
            [("service_calibration_days", ">=", 0)]
        )
        found = self.browse()
        for company in companies:
            tools = self.with_company(company).search(
                Domain("resource_type", "=", "material")
                & Domain("company_id", "in", (False, company.id))
                & Domain("service_calibration_state", "in", ("due", "expired"))
            )
            found |= tools.filtered(
                lambda tool: tool._get_telling() != tool.service_told
            )
        return found.with_env(self.env)

    def _get_telling(self):
        """Return what is told: until when it is valid, and whether that has passed."""
        company = self.company_id or self.env.company
        tool = self.with_company(company)
        day = fields.Date.to_string(tool.service_valid_until)
        return f"{day} {tool.service_calibration_state}"

    def _attempt_to_tell(self):
        """Tell of one tool; a failure of it stops no other."""
        try:
            with self.env.cr.savepoint():
                self._tell()
        except Exception:
            # Whatever is wrong with this one: the others are told.
            _logger.exception("No notice about tool %s", self.id)

    def _tell(self):
        # Written by the job that tells.
        tool = self.sudo().with_company(self.company_id or self.env.company)
        expired = tool.service_calibration_state == "expired"
        for partner in tool._get_people_to_tell():
            spoken = tool.with_context(lang=partner.lang or self.env.lang)
            values = {
                "tool": spoken.display_name,
                "day": format_date(spoken.env, tool.service_valid_until),
            }
            if expired:
                subject = spoken.env._("%(tool)s: the calibration has ended", **values)
                body = spoken.env._(
                    "The calibration of %(tool)s was valid until %(day)s. It must not "
                    "be used until it is calibrated again.",
                    **values,
                )
            else:
                subject = spoken.env._("%(tool)s: the calibration ends soon", **values)
                body = spoken.env._(
                    "The calibration of %(tool)s is valid until %(day)s. Have it "
                    "calibrated.",
                    **values,
                )
            spoken.message_notify(partner_ids=partner.ids, subject=subject, body=body)
        tool.service_told = tool._get_telling()

    def _get_people_to_tell(self):
        """Return the holder and the dispatchers of his teams, else of all teams."""
        holder = self.service_holder_id
        teams = self.env["field.service.team"].search(
            Domain("company_id", "=", (self.company_id or self.env.company).id)
        )
        his = teams.filtered(lambda team: holder in team.member_ids)
        users = (his or teams).leader_id | holder.user_id
        return users.filtered("active").partner_id or holder.work_contact_id
