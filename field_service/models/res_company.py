from urllib.parse import urlsplit

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = [
        "field.service.company.prefetch",
        "res.company",
        "field.service.company.portal",
        "field.service.company.tools",
    ]

    service_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Work Order Journal",
        domain="[('type', '=', 'general'), ('company_id', '=', id)]",
        help="Journal of the entries that charge parts, labour and travel to orders.",
    )
    service_historic_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Historic Work Order Cost",
        help="Takes the cost of imported work orders, with the order.",
    )
    service_historic_contra_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Historic Work Order Cost, Contra",
        help="Gives the cost of imported work orders, without any order, so that "
        "the profit and loss statement stays as it was.",
    )
    service_travel_detour = fields.Float(
        string="Detour Factor",
        default=1.3,
        help="Kilometres on the road for one kilometre as the crow flies.",
    )
    service_travel_speed = fields.Float(
        string="Average Speed (km/h)",
        default=50.0,
        help="Door to door: slower in town, faster in the country.",
    )
    service_travel_parking = fields.Integer(
        string="Parking (minutes)",
        default=5,
        help="Added to each journey: to park, find the door, be let in.",
    )
    service_travel_unknown = fields.Integer(
        string="Unknown Journey (minutes)",
        default=15,
        help="Assumed to and from sites that nobody has located.",
    )
    service_routing_url = fields.Char(
        string="Route Server",
        groups="base.group_system",
        help="Address of an OSRM server, e.g. https://routes.example.com. Empty: "
        "travel is estimated and nothing leaves this server.",
    )
    service_tile_url = fields.Char(
        string="Map Tiles",
        help="Address of map tiles with {z}, {x} and {y}, e.g. "
        "https://tiles.example.com/{z}/{x}/{y}.png. Empty: maps have no background.",
    )
    service_tile_attribution = fields.Char(
        string="Map Attribution",
        help="Who made the map, as its licence asks: © OpenStreetMap contributors.",
    )
    service_slot_weight_travel = fields.Integer(
        string="Weight: Travel", default=30, help="Little travel added to the day."
    )
    service_slot_weight_promise = fields.Integer(
        string="Weight: Promise",
        default=25,
        help="Time left to the SLA deadline; without one, the sooner the better.",
    )
    service_slot_weight_continuity = fields.Integer(
        string="Weight: Same Technician",
        default=20,
        help="The preferred technician, or who has been at the site or equipment.",
    )
    service_slot_weight_balance = fields.Integer(
        string="Weight: Balance", default=10, help="Who has little planned comes first."
    )
    service_slot_weight_overtime = fields.Integer(
        string="Weight: Overtime",
        default=10,
        help="No travel before the working day begins and after it ends.",
    )
    service_slot_weight_skill = fields.Integer(
        string="Weight: Skill",
        default=5,
        help="Not somebody who knows much more than is needed.",
    )
    service_slot_weight_margin = fields.Integer(
        string="Weight: Margin",
        default=20,
        help="Expected margin, where something is known about it.",
    )
    service_slot_break_minutes = fields.Integer(
        string="Longest Break",
        default=60,
        help="A visit that is longer than half a day goes on after a break of at most "
        "so many minutes.",
    )
    service_window_hours = fields.Float(
        string="Arrival Window",
        default=2.0,
        help="Length of the windows that are offered to customers, in hours.",
    )

    _service_slot_weights = models.Constraint(
        """CHECK(service_slot_weight_travel >= 0
            AND service_slot_weight_promise >= 0
            AND service_slot_weight_continuity >= 0
            AND service_slot_weight_balance >= 0
            AND service_slot_weight_overtime >= 0
            AND service_slot_weight_skill >= 0
            AND service_slot_weight_margin >= 0
            AND service_slot_break_minutes >= 0)""",
        "Weights and breaks of the slot search cannot be negative.",
    )
    _service_window = models.Constraint(
        "CHECK(service_window_hours >= 0.5 AND service_window_hours <= 24)",
        "An arrival window lasts between half an hour and a day.",
    )

    service_attention_minutes = fields.Integer(
        string="Late After (minutes)",
        default=15,
        help="When a visit that has not begun, not ended or not been acknowledged "
        "needs attention.",
    )
    service_attention_hours = fields.Integer(
        string="Waiting After (hours)",
        default=24,
        help="When a work order that is not released or not planned needs attention.",
    )
    service_attention_hold_days = fields.Integer(
        string="On Hold After (days)",
        default=7,
        help="When a work order on hold needs attention.",
    )

    _service_attention_positive = models.Constraint(
        "CHECK(service_attention_minutes >= 0 AND service_attention_hours >= 0 "
        "AND service_attention_hold_days >= 0)",
        "The times after which work orders need attention cannot be negative.",
    )

    @api.constrains(
        "service_travel_detour",
        "service_travel_speed",
        "service_travel_parking",
        "service_travel_unknown",
    )
    def _check_service_travel(self):
        for company in self:
            if company.service_travel_detour < 1:
                raise ValidationError(
                    self.env._(
                        "The detour factor cannot be below 1: no road is shorter than "
                        "the straight line."
                    )
                )
            if company.service_travel_speed <= 0:
                raise ValidationError(self.env._("The speed must be above 0 km/h."))
            if company.service_travel_parking < 0 or company.service_travel_unknown < 0:
                raise ValidationError(
                    self.env._("Minutes of travel cannot be negative.")
                )

    service_notify_customers = fields.Boolean(
        string="Notify Customers",
        help="Send customers the notices of the notice rules that are for them.",
    )
    service_quiet_from = fields.Float(
        string="Quiet Hours from",
        help="Notices wait until the quiet hours end, by the clock of whoever gets "
        "them; those of urgent rules do not. The same hour twice: no quiet hours.",
    )
    service_quiet_to = fields.Float(string="Quiet Hours to")

    _service_quiet_hours = models.Constraint(
        "CHECK(service_quiet_from >= 0 AND service_quiet_from < 24 "
        "AND service_quiet_to >= 0 AND service_quiet_to < 24)",
        "Quiet hours lie between 00:00 and 23:59.",
    )

    service_track_position = fields.Boolean(
        string="Position of Technicians",
        help="Keep where a technician was when he reported from his phone, if the "
        "phone allows it.",
    )

    # After the work: report, rating, review
    service_report_send = fields.Boolean(
        string="Send the Service Report",
        help="Mail the service report to the customer as soon as a work order is done.",
    )
    service_rating_request = fields.Boolean(
        string="Ask for a Rating",
        help="Ask the customer once for a rating when a work order is done.",
    )
    service_review_percentage = fields.Float(
        string="Reviews (%)",
        help="Share of the completed work orders that a service manager reviews. A job "
        "type may say otherwise.",
    )

    _service_review_percentage_range = models.Constraint(
        "CHECK(service_review_percentage >= 0 AND service_review_percentage <= 100)",
        "The share of reviews lies between 0 and 100 %.",
    )

    @api.constrains("service_routing_url", "service_tile_url")
    def _check_service_urls(self):
        for company in self:
            # Only administrators see and set the address of the server.
            route, tiles = company.sudo().service_routing_url, company.service_tile_url
            if route and not _is_web_address(route):
                raise ValidationError(
                    self.env._(
                        "“%(url)s” is not the address of a route server: it begins "
                        "with http:// or https:// and has no “?”.",
                        url=route,
                    )
                )
            if tiles and not (
                _is_web_address(tiles.split("?")[0])
                and all(part in tiles for part in ("{z}", "{x}", "{y}"))
            ):
                raise ValidationError(
                    self.env._(
                        "“%(url)s” is not the address of map tiles: it begins with "
                        "http:// or https:// and contains {z}, {x} and {y}.",
                        url=tiles,
                    )
                )

    service_push_calendar = fields.Boolean(
        string="Visits in Technicians' Calendars",
        default=True,
        help="Write each visit into the personal calendar of its technician.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "service_push_calendar" in vals:
            # A setting of the company changes what all its technicians see.
            visits = self.env["field.service.visit"].sudo()
            visits.search(
                [
                    ("company_id", "in", self.ids),
                    ("stop", ">", fields.Datetime.now()),
                ]
            )._outdate_calendar()
        return result

    def _get_service_account_fields(self):
        """Return the account settings of the suite, by field name.

        Each module adds its own: ``{**super()..., "field": {...}}`` with the keys
        ``name`` (translated), ``account_type`` and ``code`` (where to look for a free
        one) of the account that is proposed for it.
        """
        return {
            "service_historic_account_id": {
                "name": self.env._("Historic work order cost"),
                "account_type": "expense_direct_cost",
                "code": "519100",
            },
            "service_historic_contra_account_id": {
                "name": self.env._("Historic work order cost, contra"),
                "account_type": "expense_direct_cost",
                "code": "519200",
            },
        }

    def _get_service_account(self, field_name):
        """Return the account of a setting.

        :raises UserError: when it is not set, saying which one and where to set it
        """
        self.ensure_one()
        # Settings of the company, not data of the user who works on an order.
        account = self.sudo()[field_name]
        if not account:
            raise UserError(self._get_missing_setting_message(field_name))
        return account

    def _get_service_journal(self):
        """Return the journal of work order entries.

        :raises UserError: when it is not set
        """
        self.ensure_one()
        # Settings of the company, not data of the user who works on an order.
        journal = self.sudo().service_journal_id
        if not journal:
            raise UserError(self._get_missing_setting_message("service_journal_id"))
        return journal

    def _is_service_locked(self, date, journal):
        """Tell whether the books are locked on ``date`` for entries of ``journal``."""
        self.ensure_one()
        # Lock dates are read for users who have no accounting rights.
        return bool(self.sudo()._get_violated_lock_dates(date, False, journal))

    def _get_missing_setting_message(self, field_name):
        field = self._fields[field_name]
        return self.env._(
            "Company %(company)s has no “%(setting)s”. Set it under Field Service > "
            "Configuration > Settings, or press “Propose Accounts” there.",
            company=self.name,
            setting=field._description_string(self.env),
        )

    def _get_missing_service_settings(self, field_names):
        """Return a sentence for each of the given settings that is empty.

        Used by the release gate, so that nobody finds out in the field.
        """
        self.ensure_one()
        # Settings of the company, not data of the user who works on an order.
        company = self.sudo()
        return [
            company._get_missing_setting_message(name)
            for name in field_names
            if not company[name]
        ]

    def action_propose_service_accounts(self):
        """Create the journal and the accounts that are not set yet and set them."""
        for company in self:
            company = company.with_company(company)
            if not company.service_journal_id:
                company.service_journal_id = company._create_service_journal()
            for name, proposal in company._get_service_account_fields().items():
                if not company[name]:
                    company[name] = company._create_service_account(proposal)
        return True

    def _create_service_journal(self):
        return self.env["account.journal"].create(
            {
                "name": self.env._("Work orders"),
                "code": "WORK",
                "type": "general",
                "company_id": self.id,
                "show_on_dashboard": False,
            }
        )

    def _create_service_account(self, proposal):
        accounts = self.env["account.account"].with_company(self)
        return accounts.create(
            {
                "name": proposal["name"],
                "code": accounts._search_new_account_code(proposal["code"]),
                "account_type": proposal["account_type"],
                "company_ids": [Command.link(self.id)],
            }
        )

    def _get_slot_weights(self):
        """Return the weight of each term of a slot's score, by the term's code."""
        self.ensure_one()
        # Settings of the company, not data of the user who plans.
        company = self.sudo()
        return {
            code: company[f"service_slot_weight_{code}"]
            for code in self._get_slot_terms()
        }

    def _get_slot_terms(self):
        """Return the codes of the terms that a slot is scored by."""
        return (
            "travel",
            "promise",
            "continuity",
            "balance",
            "overtime",
            "skill",
            "margin",
        )


def _is_web_address(url):
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and not parts.query
        and not parts.fragment
    )
