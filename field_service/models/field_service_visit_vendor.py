from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .field_service_visit_gate import BUSY_STATES, TOLD_STATES

# What was come to, and what was come for in vain.
WORKED_RESULTS = ("solved", "return_needed")
# Longer than anybody works at a stretch: somebody has chosen the wrong day.
LONGEST = timedelta(hours=24)


class FieldServiceVisitVendor(models.AbstractModel):
    """Visits of subcontractors: whose they are, and what he reports in the portal.

    A subcontractor has no right on any of our models. What he may do is done by these
    methods, for visits that were found by ``_get_vendor_domain``.
    """

    _name = "field.service.visit.vendor"
    _description = "Visits of Subcontractors"

    vendor_id = fields.Many2one(
        comodel_name="res.partner",
        string="Subcontractor",
        compute="_compute_vendor_id",
        store=True,
        index="btree_not_null",
        help="Whose technician comes. He sees the visit in the portal.",
    )

    # Who sends somebody today did not send him last year: the technician's own
    # subcontractor is no dependency, see hr.employee.
    @api.depends("technician_id")
    def _compute_vendor_id(self):
        for visit in self:
            # The field is for HR officers; whose technician comes is no secret.
            visit.vendor_id = visit.technician_id.sudo().service_vendor_id

    @api.model
    def _get_vendor_domain(self, partner):
        """Return which visits a portal user sees as a subcontractor.

        Those of his company, from the moment they were sent to it.

        :param partner: the portal user's partner
        :rtype: Domain
        """
        vendor = partner.commercial_partner_id
        return Domain("vendor_id.commercial_partner_id", "=", vendor.id) & Domain(
            "state", "in", (*TOLD_STATES, "completed")
        )

    def _get_vendor_label(self):
        """Return how far the visit is, in the subcontractor's words."""
        self.ensure_one()
        return {
            "dispatched": self.env._("To be answered"),
            "acknowledged": self.env._("Accepted"),
            "completed": self.env._("Reported"),
        }.get(self.state, self._get_portal_label())

    def _format_vendor_time(self):
        """Return when he is expected, or when he was there, by the clock of the site.

        Not what was promised to the customer: that is the customer's window.
        """
        self.ensure_one()
        if self.state == "completed":
            return self._format_portal_time()
        return self.order_id._format_portal_window(self.start, self.stop)

    def _accept_by_vendor(self):
        """Accept the visit for the subcontractor."""
        self.ensure_one()
        self.register_event("acknowledged", source="portal")

    def _decline_by_vendor(self, reason_id, note=None):
        """Decline the visit for a reason that is counted.

        :raises ValidationError: without a reason
        """
        self.ensure_one()
        reason = self._find_vendor_reason(reason_id, "decline")
        text = ": ".join(filter(None, (reason.name, (note or "").strip())))
        self.register_event(
            "declined", source="portal", reason=text, decline_reason_id=reason.id
        )

    @api.model
    def _find_vendor_reason(self, reason_id, kind):
        reason = self.env["field.service.reason"].search(
            [("id", "=", reason_id or 0), ("kind", "=", kind)]
        )
        if not reason:
            raise ValidationError(self.env._("Choose one of the reasons."))
        return reason

    def _report_by_vendor(self, start, stop, result, note, return_reason_id=False):
        """Record what a subcontractor has done, as the phone of a technician would.

        :param datetime start: when he began, or arrived when nothing could be done
            (UTC)
        :param datetime stop: when he left (UTC)
        :param str result: see the field
        :raises ValidationError: saying what is wrong; nothing is recorded then
        """
        self.ensure_one()
        if not self._is_open():
            raise ValidationError(
                self.env._("This visit was reported already, or it was called off.")
            )
        note = (note or "").strip()
        self._check_vendor_report(start, stop, result, note)
        reported = {"result": result}
        if result == "return_needed":
            reason = self._find_vendor_reason(return_reason_id, "return")
            reported["return_reason_id"] = reason.id
        begin = "work_start" if result in WORKED_RESULTS else "arrived"
        # What the office has recorded for him on the telephone has happened.
        if self.state not in BUSY_STATES[1:] or (
            begin == "work_start" and self.state == "on_site"
        ):
            self.register_event(begin, start, source="portal")
        # Before the end: with it the order may be done, and its documents complete.
        self.note = note
        self.register_event("work_end", stop, source="portal", **reported)

    def _check_vendor_report(self, start, stop, result, note):
        """Refuse what cannot be, in words a subcontractor understands."""
        if result not in dict(self._fields["result"]._description_selection(self.env)):
            raise ValidationError(self.env._("Say what came of it."))
        if not note:
            raise ValidationError(self.env._("Say what was done."))
        if not start or not stop or start >= stop:
            raise ValidationError(
                self.env._("Say when you began and when you finished, in this order.")
            )
        if stop - start > LONGEST:
            raise ValidationError(
                self.env._("That is more than a day: check the dates.")
            )
