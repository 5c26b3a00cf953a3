from odoo import Command, models
from odoo.exceptions import UserError, ValidationError

# Known in here only: no call of the interface can put off what it books.
DEFER = object()


class FieldServiceVisitExchange(models.AbstractModel):
    """Reassign many visits or swap two, in one step: all of it or nothing."""

    _name = "field.service.visit.exchange"
    _description = "Exchange of Visits"

    def _reassign(self, technician, note=False):
        """Give the visits to another technician.

        :param technician: `hr.employee`
        :param str note: why, for the chatter of each visit
        :raises ValidationError: naming every refusal; nothing is changed then
        """
        visits = self.filtered(lambda visit: visit.technician_id != technician)
        before = {visit: visit.technician_id.name for visit in visits}
        changes = {
            visit: visit._prepare_technician_values(technician) for visit in visits
        }
        refusals = {
            visit: visit._get_reasons_not_moved("technician")
            + visit._get_reasons_not_for(technician)
            for visit in visits
        }
        self._write_together(changes, refusals)
        for visit in visits:
            visit._post_exchange(
                self.env._(
                    "Reassigned from %(before)s to %(after)s.",
                    before=before[visit] or self.env._("nobody"),
                    after=technician.name,
                ),
                note,
            )

    def _swap(self, other, what="technician", note=False):
        """Swap technicians or times with another visit.

        Times of visits which nobody and nothing has in common are swapped by their
        starts. Otherwise the two keep the span they fill together, whatever their
        lengths: the second ends when the second ended.

        :param str what: “technician” or “time”
        :raises ValidationError: naming every refusal; nothing is changed then
        """
        self.ensure_one()
        other.ensure_one()
        pair = self + other
        if what == "time":
            changes = self._prepare_time_swap(other)
        else:
            changes = {
                self: self._prepare_technician_values(other.technician_id),
                other: other._prepare_technician_values(self.technician_id),
            }
        refusals = {
            visit: visit._get_reasons_not_swapped(partner, what)
            for visit, partner in ((self, other), (other, self))
        }
        self._write_together(changes, refusals)
        labels = {
            "technician": self.env._("Technicians swapped with %s."),
            "time": self.env._("Times swapped with %s."),
        }
        for visit in pair:
            visit._post_exchange(labels[what] % (pair - visit).name, note)

    def _write_together(self, changes, refusals):
        """Write the values of several visits as if they were one.

        :param dict changes: visit -> values
        :param dict refusals: visit -> sentences that stand in the way already
        """
        problems = [
            f"{visit.name}: {reason}"
            for visit, reasons in refusals.items()
            for reason in reasons
        ]
        with self.env.cr.savepoint():
            try:
                visits = self.browse()
                for visit, values in changes.items():
                    if not refusals.get(visit):
                        visit.with_context(service_defer_bookings=DEFER).write(values)
                        visits += visit
                visits._sync_bookings()
            except UserError as error:
                problems.append(str(error))
            if problems:
                raise ValidationError(
                    self.env._("Nothing was changed:") + "\n" + "\n".join(problems)
                )

    def _prepare_technician_values(self, technician):
        values = {"technician_id": technician.id}
        if technician in self.crew_ids:
            values["crew_ids"] = [Command.unlink(technician.id)]
        return values

    def _prepare_time_swap(self, other):
        pair = self + other
        if not all(visit.start and visit.stop for visit in pair):
            return {}
        first, second = pair.sorted("start")
        if first._get_booked_resources() & second._get_booked_resources():
            late = second.stop - first._get_period()
        else:
            late = second.start
        return {
            second: {
                "start": first.start,
                "stop": first.start + second._get_period(),
            },
            first: {"start": late, "stop": late + first._get_period()},
        }

    def _get_reasons_not_moved(self, what):
        """Say why the time or the technician of the visit cannot be exchanged."""
        reasons = []
        if not self._can_move():
            reasons.append(
                self.env._(
                    "it is “%(state)s”: only visits to come are exchanged.",
                    state=self._get_state_label(self.state),
                )
            )
        if self.lock in (what, "both"):
            reasons.append(self.env._("it is locked: unlock it first."))
        return reasons

    def _get_reasons_not_for(self, technician):
        """Say why a technician cannot take the visit over, bookings apart."""
        # Colleagues of other companies are not readable, their company is named.
        company = technician.sudo().company_id
        if technician and company != self.company_id:
            return [
                self.env._(
                    "%(name)s works for %(company)s.",
                    name=technician.name,
                    company=company.name,
                )
            ]
        return []

    def _get_reasons_not_swapped(self, other, what):
        reasons = self._get_reasons_not_moved(what)
        if self == other:
            reasons.append(self.env._("choose two different visits."))
        elif what == "time":
            if not self.start:
                reasons.append(self.env._("it has no time yet."))
        else:
            reasons += self._get_reasons_not_for(other.technician_id)
            if self.technician_id == other.technician_id:
                reasons.append(self.env._("both have the same technician."))
        return reasons

    def _post_exchange(self, text, note):
        self.message_post(body=f"{text} {note}" if note else text)

    def _sync_bookings(self):
        # Several visits make room for each other: they are booked together at the end.
        if self.env.context.get("service_defer_bookings") is not DEFER:
            return super()._sync_bookings()
        return None
