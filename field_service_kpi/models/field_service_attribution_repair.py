from odoo import fields, models
from odoo.exceptions import UserError


class FieldServiceAttributionRepair(models.AbstractModel):
    """Does what the repair of a finding says, and logs it like any attribution."""

    _name = "field.service.attribution.repair"
    _description = "Repair of Attributions"
    _inherit = ["field.service.attribution"]

    def _apply(self, finding, repair, reason=False):
        """Apply the repair of one finding.

        :param repair: what ``finding._get_repair()`` has answered
        """
        self._check_accountant()
        getattr(self, f"_apply_{repair.how}")(finding, repair, reason)

    def _apply_distribution(self, finding, repair, reason):
        """Write another distribution; core makes the analytic items again."""
        item = self._filter_changeable(finding.move_line_id, strict=True)
        [values] = self._prepare_repair_logs(finding, item, reason)
        item.write({"analytic_distribution": repair.value})
        self._log([{**values, "after": item.analytic_distribution or {}}])

    def _apply_resync(self, finding, repair, reason):
        """Make the analytic items again from the distribution as it is."""
        item = self._filter_changeable(finding.move_line_id, strict=True)
        values = self._prepare_repair_logs(finding, item, reason)
        # Writing the same value again does nothing: as core does on a new one.
        item.with_context(skip_analytic_sync=True).analytic_line_ids.unlink()
        item._create_analytic_lines()
        self._log(values)

    def _apply_date(self, finding, repair, reason):
        """Date the analytic item like its journal item; profit does not change."""
        item, share = finding.move_line_id, self._get_share(finding)
        share.write({"date": item.date})
        self._log(self._prepare_repair_logs(finding, item, reason))
        if item._filter_attribution_locked():
            self._acknowledge(finding, self.env._("Only its date was corrected."))

    def _apply_delete(self, finding, repair, reason):
        """Delete the analytic item of an entry that is not posted."""
        item = finding.move_line_id
        values = self._prepare_repair_logs(finding, item, reason)
        # What the draft says stays: its distribution is used when it is posted.
        self._get_share(finding).with_context(skip_analytic_sync=True).unlink()
        self._log(values)

    def _apply_acknowledge(self, finding, repair, reason):
        """Record that somebody has looked at a change, and why it was right."""
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say what you found out about the changed attribution.")
            )
        self._acknowledge(finding, reason)

    def _acknowledge(self, finding, reason):
        share = self._get_share(finding)
        self.env.flush_all()
        share.invalidate_recordset(["write_date"])
        [values] = self._prepare_repair_logs(finding, finding.move_line_id, reason)
        seen_on = (share.write_date or share.create_date).replace(microsecond=0)
        self._log(
            [
                {
                    **values,
                    "action": "acknowledge",
                    "share_key": share.id,
                    "seen_on": fields.Datetime.to_string(seen_on),
                }
            ]
        )

    def _get_share(self, finding):
        """Return the analytic item of a finding; gone when somebody was faster."""
        share = self.env["account.analytic.line"].browse(finding._read_key()).exists()
        if not share:
            raise UserError(
                self.env._("%(item)s has changed. Look again.", item=finding.entry)
            )
        return share

    def _prepare_repair_logs(self, finding, item, reason):
        item.check_access("write")
        own = finding.order_id.company_id == item.company_id
        labels = dict(finding._fields["kind"]._description_selection(self.env))
        return [
            {
                **values,
                "finding": labels[finding.kind],
                "amount": finding.amount,
                "order_id": finding.order_id.id if own else False,
            }
            for values in self._prepare_logs("repair", item, reason)
        ]
