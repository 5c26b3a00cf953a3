from datetime import timedelta
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.event_hours import PHASES, effective_entries

# How far a device's clock may be ahead of the server's.
CLOCK_TOLERANCE = timedelta(minutes=10)

# Known to those only who import it: no call of the interface can give it.
LOGGING = object()
CHANGED = object()


class Reported(dict):
    """What is recorded with an event, made in here: from outside come plain dicts."""


class FieldServiceEvent(models.Model):
    """What happened on a visit, and when. Append-only.

    A mistake is mended by a new event that corrects the old one, with its author and
    the reason; hours are always derived from what counts.
    """

    _name = "field.service.event"
    _description = "Visit Event"
    _order = "visit_id, device_time, id"
    _check_company_auto = True

    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    order_id = fields.Many2one(
        related="visit_id.order_id",
        store=True,
        index=True,
        precompute=True,
        # It goes with its visit, whichever of the two the database takes first.
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="visit_id.company_id", store=True, index=True, precompute=True
    )
    type = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("dispatched", "Dispatched"),
            ("acknowledged", "Acknowledged"),
            ("declined", "Declined"),
            ("travel_start", "On the way"),
            ("arrived", "Arrived"),
            ("work_start", "Work started"),
            ("pause", "Paused"),
            ("resume", "Resumed"),
            ("work_end", "Finished"),
            ("missed", "Missed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
    )
    device_time = fields.Datetime(
        string="Time",
        help="When it happened, by the clock of the device. Empty on a correction: "
        "the corrected event did not happen.",
    )
    server_time = fields.Datetime(
        string="Recorded on",
        default=lambda self: fields.Datetime.now(),
        readonly=True,
        required=True,
    )
    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Recorded by",
        index="btree_not_null",
        default=lambda self: self.env.user.employee_id,
    )
    source = fields.Selection(
        selection=[
            ("office", "Office"),
            ("mobile", "Phone"),
            ("portal", "Portal"),
            ("import", "Import"),
            ("api", "Interface"),
        ],
        default="office",
        required=True,
    )
    key = fields.Char(
        copy=False, help="Made by the device: the same key is recorded once."
    )
    latitude = fields.Float(digits=(10, 7))
    longitude = fields.Float(digits=(10, 7))
    accuracy = fields.Float(string="Accuracy (m)")
    correction_of_id = fields.Many2one(
        comodel_name="field.service.event",
        string="Corrects",
        index="btree_not_null",
        domain="[('visit_id', '=', visit_id), ('correction_of_id', '=', False)]",
        check_company=True,
    )
    reason = fields.Char()

    _key_uniq = models.UniqueIndex(
        "(visit_id, key) WHERE key IS NOT NULL", "This event is recorded already."
    )
    _time_required = models.Constraint(
        "CHECK(device_time IS NOT NULL OR correction_of_id IS NOT NULL)",
        "Say when it happened.",
    )
    _correction_reason = models.Constraint(
        "CHECK(correction_of_id IS NULL OR reason IS NOT NULL)",
        "A correction needs a reason.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [self._complete_values(vals) for vals in vals_list]
        events = super().create(vals_list)
        corrected = events.filtered("correction_of_id").visit_id
        if corrected:
            corrected.order_id._process()
        return events

    @api.model
    def _complete_values(self, vals):
        """Return values in which the author and the moment are the true ones.

        :raises UserError: when no visit moves on, and no event is corrected
        """
        moving = self.env.context.get("service_logging") is LOGGING
        if not moving and not vals.get("correction_of_id"):
            raise UserError(
                self.env._(
                    "Events are recorded when the visit moves on. By hand, only a "
                    "correction of an event is added."
                )
            )
        return {
            **vals,
            "server_time": fields.Datetime.now(),
            "employee_id": self.env.user.employee_id.id,
        }

    def write(self, vals):
        if self and not self.env.context.get("install_mode"):
            raise UserError(
                self.env._(
                    "What happened is not rewritten: add an event that corrects it."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("What happened is not deleted: add an event that corrects it.")
        )

    @api.depends("type", "device_time")
    def _compute_display_name(self):
        labels = dict(self._fields["type"]._description_selection(self.env))
        for event in self:
            time = event.device_time and fields.Datetime.context_timestamp(
                event, event.device_time
            )
            event.display_name = (
                f"{labels.get(event.type, '')} {time:%Y-%m-%d %H:%M}"
                if time
                else labels.get(event.type, "")
            )

    @api.constrains("correction_of_id", "visit_id", "type")
    def _check_correction(self):
        for event in self.filtered("correction_of_id"):
            original = event.correction_of_id
            if original.visit_id != event.visit_id or original.type != event.type:
                raise ValidationError(
                    self.env._("A correction must repeat the event that it corrects.")
                )
            if original.correction_of_id:
                raise ValidationError(
                    self.env._("Correct the event itself, not its correction.")
                )

    @api.constrains("device_time")
    def _check_time(self):
        latest = fields.Datetime.now() + CLOCK_TOLERANCE
        for event in self:
            if event.device_time and event.device_time > latest:
                raise ValidationError(
                    self.env._(
                        "%(event)s lies in the future: check the clock of the device.",
                        event=event.display_name,
                    )
                )

    @api.constrains("device_time", "visit_id", "correction_of_id")
    def _check_sequence(self):
        """Events follow one another in the order in which they were recorded."""
        for visit in self.visit_id:
            # What begins nothing may come late: a phone without a network reports that
            # somebody left before the office sent him.
            log = [
                entry
                for entry in effective_entries(visit._get_log())
                if entry.type in PHASES
            ]
            for before, after in pairwise(log):
                if before.id > after.id:
                    raise ValidationError(
                        self.env._(
                            "%(after)s cannot be before %(before)s on visit %(visit)s: "
                            "check the time, or correct the other event first.",
                            after=self.browse(before.id).display_name,
                            before=self.browse(after.id).display_name,
                            visit=visit.name,
                        )
                    )

    def action_correct(self, device_time, reason):
        """Correct the time of an event.

        :param datetime device_time: when it really happened (UTC); False when it
            did not happen
        :param str reason: why, kept with the correction
        :return: the correcting event
        """
        self.ensure_one()
        original = self.correction_of_id or self
        return self.create(
            {
                "visit_id": original.visit_id.id,
                "type": original.type,
                "correction_of_id": original.id,
                "device_time": device_time,
                "reason": reason,
            }
        )
