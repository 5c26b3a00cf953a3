import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "field.service.company.replenishment"]

    service_parts_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Parts Used",
        help="Takes the cost of the parts a work order used, with the order.",
    )
    service_parts_contra_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Parts Used, Contra",
        help="Gives the cost of used parts without any order where the stock is valued "
        "periodically, or not at all, so that the profit and loss statement stays as "
        "it was. With perpetual valuation the stock valuation account gives it.",
    )

    service_old_unit_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Units of Customers",
        check_company=True,
        domain="[('service_customer_units', '=', True), ('company_id', '=', id)]",
        help="Where units are kept that came back from customers and are still theirs.",
    )

    def _get_old_unit_location(self):
        """Return where units of customers are kept; the first one makes the place.

        Outside of every warehouse: what belongs to somebody else, and may be broken,
        is not promised to anybody and not counted as stock.
        """
        self.ensure_one()
        if not self.service_old_unit_location_id:
            self.service_old_unit_location_id = self.env["stock.location"].create(
                {
                    "name": self.env._("Units of Customers"),
                    "usage": "internal",
                    "company_id": self.id,
                    "service_customer_units": True,
                }
            )
        return self.service_old_unit_location_id

    # Load lists
    service_load_auto = fields.Boolean(
        string="Load Lists by Themselves",
        default=True,
        help="Prepare the load lists of all vans once a day, at the cut-off time.",
    )
    service_load_cutoff = fields.Float(
        string="Cut-off Time",
        default=16.0,
        help="When the load lists of the next working day are prepared, in the time "
        "zone of the company.",
    )
    service_load_made_on = fields.Date(string="Load Lists Prepared on", readonly=True)
    service_unload_days = fields.Integer(
        string="Needed within (days)",
        default=7,
        help="What visits of the next days need is not proposed to be unloaded.",
    )

    _service_load_cutoff_range = models.Constraint(
        "CHECK(service_load_cutoff >= 0 AND service_load_cutoff < 24)",
        "The cut-off time lies between 00:00 and 23:59.",
    )
    _service_unload_days_positive = models.Constraint(
        "CHECK(service_unload_days >= 0)",
        "The days to look ahead cannot be negative.",
    )

    def _get_service_now(self):
        """Return what the clock of the company shows."""
        self.ensure_one()
        zone = self.partner_id.tz or self.resource_calendar_id.tz or "UTC"
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(pytz.timezone(zone))

    def _is_load_due(self):
        """Tell whether the load lists of the next day are to be prepared now."""
        now = self._get_service_now()
        made = self.service_load_made_on
        hour = now.hour + now.minute / 60
        return hour >= self.service_load_cutoff and (not made or made < now.date())

    def _set_load_made(self):
        self.service_load_made_on = self._get_service_now().date()

    def _get_service_account_fields(self):
        return {
            **super()._get_service_account_fields(),
            "service_parts_account_id": {
                "name": self.env._("Parts used on work orders"),
                "account_type": "expense_direct_cost",
                "code": "511100",
            },
            "service_parts_contra_account_id": {
                "name": self.env._("Parts used on work orders, contra"),
                "account_type": "expense_direct_cost",
                "code": "511200",
            },
        }
