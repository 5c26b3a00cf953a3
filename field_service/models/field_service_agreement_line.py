from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import recurrence


class FieldServiceAgreementLine(models.Model):
    """One thing that recurs: which work, on which equipment, how often."""

    _name = "field.service.agreement.line"
    _description = "Agreement Line"
    _inherit = ["field.service.recurrence.mixin"]
    _order = "sequence, id"
    _check_company_auto = True
    _rec_names_search = ["job_type_id.name", "asset_ids.name", "agreement_id.name"]

    sequence = fields.Integer(default=10)
    agreement_id = fields.Many2one(
        comodel_name="field.service.agreement",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    state = fields.Selection(related="agreement_id.state", string="Agreement State")
    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        required=True,
        index=True,
        check_company=True,
    )
    asset_ids = fields.Many2many(
        comodel_name="field.service.asset",
        relation="field_service_agreement_line_asset_rel",
        string="Equipment",
        check_company=True,
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_site_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        help="Service address.",
    )
    technician_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Preferred Technician",
        index="btree_not_null",
        check_company=True,
    )
    planned_hours = fields.Float(
        string="Duration (hours)",
        compute="_compute_planned_hours",
        store=True,
        readonly=False,
        precompute=True,
    )
    day_off_policy = fields.Selection(
        selection=[
            ("keep", "Keep the date"),
            ("next", "Move to the next working day"),
            ("skip", "Leave it out"),
        ],
        string="On a Day Off",
        default="next",
        required=True,
        help="What becomes of an occurrence on a weekend or a public holiday. The "
        "others stay where they are.",
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Days",
        compute="_compute_calendar_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        help="Weekends and public holidays: of the company or of the site.",
    )
    description = fields.Text(
        string="What to Do", help="Goes onto each work order as its description."
    )
    occurrence_ids = fields.One2many(
        comodel_name="field.service.agreement.occurrence", inverse_name="line_id"
    )

    _planned_hours_positive = models.Constraint(
        "CHECK(planned_hours > 0)", "The duration must be more than zero."
    )

    # ------------------------------------------------------------------ computes
    @api.depends("job_type_id.name", "asset_ids.name", "site_id.name")
    def _compute_display_name(self):
        for line in self:
            where = ", ".join(line.asset_ids.mapped("name")) or line.site_id.name
            parts = (line.job_type_id.name, where)
            line.display_name = " · ".join(part for part in parts if part)

    @api.depends("asset_ids", "agreement_id.partner_id")
    def _compute_site_id(self):
        for line in self:
            customer = line.agreement_id.partner_id
            if not line.site_id or line.site_id == customer:
                line.site_id = line.asset_ids[:1].site_id or customer

    @api.depends("job_type_id")
    def _compute_planned_hours(self):
        for line in self:
            if not line.planned_hours or line.job_type_id != line._origin.job_type_id:
                line.planned_hours = line.job_type_id.planned_hours or 1.0

    @api.depends("agreement_id.company_id")
    def _compute_calendar_id(self):
        for line in self:
            if not line.calendar_id:
                line.calendar_id = line.agreement_id.company_id.resource_calendar_id

    @api.depends("site_id", "calendar_id")
    def _compute_tz(self):
        for line in self:
            settled = line._is_settled() and line.tz
            line.tz = settled or line.site_id.tz or line.calendar_id.tz or "UTC"

    def _is_settled(self):
        """Tell whether the recurrence may not change any more."""
        return self.agreement_id.state not in (False, "draft")

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.agreement_id._generate()
        return lines

    def write(self, vals):
        self._check_settled(vals)
        result = super().write(vals)
        if {"until", "repeat_count"} & vals.keys():
            self.agreement_id._drop_obsolete()
        if {"until", "repeat_count", "day_off_policy", "calendar_id"} & vals.keys():
            self.agreement_id._generate()
        return result

    def _check_settled(self, vals):
        """Refuse to move a series that runs: its anchor and its rule are for ever."""
        for name in self._get_rule_fields() & vals.keys():
            field = self._fields[name]
            for line in self.filtered(lambda record: record._is_settled()):
                before = field.convert_to_cache(line[name], line)
                if field.convert_to_cache(vals[name], line) == before:
                    continue
                raise UserError(
                    self.env._(
                        "%(line)s: “%(field)s” is settled since the agreement was "
                        "activated. Give the line a last day and add another one, or "
                        "move single occurrences.",
                        line=line.display_name,
                        field=field._description_string(self.env),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_happened(self):
        for line in self:
            if line.occurrence_ids.order_ids:
                raise UserError(
                    self.env._(
                        "%(line)s has work orders. Give it a last day instead of "
                        "deleting it.",
                        line=line.display_name,
                    )
                )

    # --------------------------------------------------------------------- dates
    def _is_ever_due(self):
        """Tell whether the rule gives any date within the agreement."""
        self.ensure_one()
        agreement = self.agreement_id
        start = datetime.combine(agreement.date_start, time.min)
        first = recurrence.make_rrule(self._get_rule()).after(start, inc=True)
        end = agreement._get_pending("date_end")
        return bool(first) and (not end or first.date() <= fields.Date.to_date(end))

    def _generate(self):
        """Plan the dates of the lines and make the orders that are due."""
        self._plan()
        self._make_due_orders()

    def _plan(self):
        """Make the occurrences that are still missing; let the others follow holidays.

        Existing occurrences keep their number and their original date; only those
        that are still to come and that nobody has moved follow the calendar.
        """
        # Occurrences are made by the system; the plan is the line.
        occurrences = self.env["field.service.agreement.occurrence"].sudo()
        for line in self:
            missing = line._get_missing_dates()
            following = occurrences.search(
                [("line_id", "=", line.id), *occurrences._get_following_domain()]
            )
            dates = {record: record._get_wall_date() for record in following}
            closed = line._get_closed_days([*missing.values(), *dates.values()])
            for record, when in dates.items():
                record._follow(line._prepare_planned_values(when, closed))
            occurrences.create(
                [
                    {
                        "line_id": line.id,
                        "number": number,
                        "original_date": recurrence.to_utc(when, line._get_tz()),
                        **line._prepare_planned_values(when, closed),
                    }
                    for number, when in missing.items()
                ]
            )

    def _get_missing_dates(self):
        """Return {number: wall time} of what is owed and has no occurrence yet."""
        agreement = self.agreement_id
        last = agreement._get_horizon(agreement.plan_days)
        if agreement.date_end:
            last = min(last, agreement.date_end)
        groups = self.occurrence_ids._read_group(
            [("line_id", "=", self.id)], [], ["number:array_agg"]
        )
        return dict(self._get_dates(agreement.date_start, last, set(groups[0][0])))

    def _get_closed_days(self, dates):
        """Return the days off around some dates: weekends and public holidays."""
        if self.day_off_policy == "keep" or not self.calendar_id or not dates:
            return set()
        # Whoever plans may know when nobody works, without rights on calendars.
        days = self.calendar_id.sudo()._get_unusual_days(
            min(dates) - timedelta(days=1),
            max(dates) + timedelta(days=62),
            self.company_id,
        )
        return {fields.Date.to_date(day) for day, closed in days.items() if closed}

    def _prepare_planned_values(self, when, closed):
        """Return when a date of the rule really takes place, if at all.

        :param datetime when: wall time that the rule gives
        :param set closed: days off
        """
        values = {
            "planned_date": recurrence.to_utc(when, self._get_tz()),
            "is_moved": False,
            "skip_kind": False,
            "skip_reason": False,
        }
        if when.date() not in closed:
            return values
        if self.day_off_policy == "skip":
            reason = self.env._("It would have been on a day off.")
            return {**values, "skip_kind": "day_off", "skip_reason": reason}
        day = recurrence.next_open_day(when.date(), closed.__contains__)
        if not day:
            raise UserError(
                self.env._(
                    "No working day follows %(day)s: look at the working days "
                    "“%(calendar)s”.",
                    day=fields.Date.to_string(when.date()),
                    calendar=self.calendar_id.name,
                )
            )
        moved = datetime.combine(day, when.time())
        return {**values, "planned_date": recurrence.to_utc(moved, self._get_tz())}

    # -------------------------------------------------------------------- orders
    def _make_due_orders(self):
        """Make the orders of what is owed within the horizon and has none yet."""
        for line in self:
            agreement = line.agreement_id
            last = agreement._get_horizon(agreement.horizon_days + 1)
            limit = recurrence.to_utc(datetime.combine(last, time.min), line._get_tz())
            due = line.occurrence_ids.search(
                [
                    ("line_id", "=", line.id),
                    ("state", "=", "owed"),
                    ("order_id", "=", False),
                    ("planned_date", "<", limit),
                ],
                order="planned_date, id",
            )
            due._make_orders()

    def _check_can_generate(self):
        """Refuse to make orders of what has been given up.

        :raises UserError: saying what to change on which line
        """
        for line in self:
            if not line.job_type_id.active:
                raise UserError(
                    self.env._(
                        "The job type “%(job_type)s” is archived: choose another one.",
                        job_type=line.job_type_id.name,
                    )
                )
            assets = line.with_context(active_test=False).asset_ids
            if assets and not any(assets.mapped("active")):
                raise UserError(
                    self.env._(
                        "Its equipment is archived: choose another one, or give the "
                        "line a last day."
                    )
                )
