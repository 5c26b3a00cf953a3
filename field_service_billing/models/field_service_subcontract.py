from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .field_service_subcontract_price import METHODS


class FieldServiceSubcontract(models.Model):
    """What a subcontractor's technician has done on a visit, and who has billed it.

    His bill is what the work costs: nothing of this is in the ledger. It says what the
    bill should be, and that a visit is paid once.
    """

    _name = "field.service.subcontract"
    _description = "Subcontracted Work"
    _order = "date, id"
    _check_company_auto = True

    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        required=True,
        readonly=True,
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
    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Technician",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
    )
    vendor_id = fields.Many2one(
        comodel_name="res.partner",
        string="Subcontractor",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    date = fields.Date(string="Work Date", required=True, readonly=True)

    # What was agreed
    method = fields.Selection(
        selection=METHODS, string="Agreed", required=True, readonly=True
    )
    quantity = fields.Float(digits="Product Unit", readonly=True)
    price = fields.Monetary(readonly=True, aggregator=None)
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, readonly=True, index=True
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    expected_amount = fields.Monetary(
        string="Expected", compute="_compute_expected_amount", store=True
    )

    # What was billed
    bill_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="service_subcontract_id",
        string="Bill Lines",
        readonly=True,
    )
    bill_id = fields.Many2one(
        comodel_name="account.move",
        string="Vendor Bill",
        compute="_compute_billed",
        store=True,
        index="btree_not_null",
    )
    state = fields.Selection(
        selection=[
            ("nothing", "Nothing to Bill"),
            ("open", "To Be Billed"),
            ("drafted", "On a Draft Bill"),
            ("billed", "Billed"),
        ],
        compute="_compute_billed",
        store=True,
        index=True,
    )
    billed_amount = fields.Monetary(
        string="Billed",
        compute="_compute_billed",
        store=True,
        help="What the vendor has billed less what he has credited, without taxes.",
    )
    difference = fields.Monetary(
        compute="_compute_billed",
        store=True,
        help="Billed more than expected; negative: less.",
    )

    _person_uniq = models.Constraint(
        "UNIQUE(visit_id, employee_id, vendor_id)",
        "The work of a person on a visit is owed once.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("order_id.name", "date", "employee_id.name")
    def _compute_display_name(self):
        for line in self:
            # Whose name it is, an accountant may read.
            name = line.employee_id.sudo().name
            line.display_name = f"{line.order_id.name}, {line.date}, {name}"

    @api.depends("quantity", "price", "currency_id")
    def _compute_expected_amount(self):
        for line in self:
            line.expected_amount = line.currency_id.round(line.quantity * line.price)

    @api.depends(
        "expected_amount",
        "bill_line_ids.parent_state",
        "bill_line_ids.price_subtotal",
        "bill_line_ids.move_id.move_type",
        "bill_line_ids.move_id.invoice_date",
        "quantity",
    )
    def _compute_billed(self):
        for line in self:
            bill = line._get_live_bills()[:1]
            amount = line._get_net_amount() if bill else 0.0
            line.bill_id = bill
            line.billed_amount = amount
            line.difference = amount - line.expected_amount if bill else 0.0
            line.state = line._get_state(bill)

    def _get_state(self, bill):
        if bill:
            return "billed" if bill.state == "posted" else "drafted"
        return "open" if self.quantity else "nothing"

    def _get_live_bills(self):
        """Return the bills that ask for this work: not cancelled, not credited in full.

        What was credited is taken from the oldest bill first.
        """
        self.ensure_one()
        lines = self.bill_line_ids.filtered(lambda item: item.parent_state != "cancel")
        same = len(lines.currency_id) == 1
        currency = lines.currency_id if same else self.company_id.currency_id
        bills, credited = {}, 0.0
        for item in lines.sorted("id"):
            amount = abs(item.price_subtotal if same else item.balance)
            if item.move_type == "in_refund":
                credited += amount if item.parent_state == "posted" else 0.0
            else:
                bills[item.move_id] = bills.get(item.move_id, 0.0) + amount
        live = self.env["account.move"]
        for bill in sorted(bills, key=lambda move: move.id):
            if credited and currency.compare_amounts(credited, bills[bill]) >= 0:
                credited -= bills[bill]
            else:
                live |= bill
        return live

    def _get_net_amount(self):
        """Return what was billed less what was credited, in the agreed currency."""
        amount = 0.0
        for item in self.bill_line_ids:
            sign = -1.0 if item.move_type == "in_refund" else 1.0
            if item.parent_state == "posted" or (
                sign > 0 and item.parent_state == "draft"
            ):
                amount += sign * self._convert(item.price_subtotal, item)
        return self.currency_id.round(amount)

    def _convert(self, amount, item):
        """Convert an amount of a bill line to the agreed currency."""
        return item.currency_id._convert(
            amount,
            self.currency_id,
            self.company_id,
            item.move_id.invoice_date or item.date or self.date,
        )

    # ---------------------------------------------------------------- never twice
    def _check_billed_once(self):
        """Refuse a second bill for the same work.

        Two clerks at once write the same row: the database lets the second one start
        again, and he finds the bill of the first.
        """
        # Whoever enters bills need not have any right on work orders.
        for line in self.sudo():
            bills = line._get_live_bills()
            if len(bills) > 1:
                raise ValidationError(
                    self.env._(
                        "%(work)s is on bill %(bill)s already: cancel or credit that "
                        "bill first, or take it off this one.",
                        work=line.display_name,
                        bill=bills[0].ref or bills[0].display_name,
                    )
                )

    # ------------------------------------------------------------------------ sync
    @api.model
    def _sync_visits(self, visits):
        """Bring what is owed to what was done. Idempotent; needs full rights.

        What is billed keeps its price; its quantity follows the hours, so that the
        difference shows.
        """
        known = self.search([("visit_id", "in", visits.ids)])
        wanted = {
            (visit, person): vendor
            for visit in visits
            if visit._is_billable_work()
            for person, vendor in visit._get_vendors().items()
        }
        if not known and not wanted:
            return
        gone = known.filtered(
            lambda line: wanted.get((line.visit_id, line.employee_id)) != line.vendor_id
        )
        unused = gone.filtered(lambda line: not line.bill_line_ids)
        kept = {(line.visit_id, line.employee_id) for line in known - gone}
        (known - gone)._refresh_prices()
        created = self.create(
            [
                self._prepare_values(visit, person, vendor)
                for (visit, person), vendor in wanted.items()
                if (visit, person) not in kept
            ]
        )
        gone -= unused
        unused.unlink()
        gone._write_quantity(0.0)
        (known.exists() - gone | created)._refresh_quantities()

    def _prepare_values(self, visit, person, vendor):
        """Return the values of what a person has done on a visit."""
        return {
            "visit_id": visit.id,
            "employee_id": person.id,
            "vendor_id": vendor.id,
            **self._prepare_price_values(visit, vendor),
        }

    def _prepare_price_values(self, visit, vendor):
        """Return the agreed price; 0.00 an hour where nothing was agreed yet."""
        company = visit.company_id
        date = visit._get_cost_date()
        price = self.env["field.service.subcontract.price"]._find_price(
            vendor, visit.job_type_id, date, company
        )
        return {
            "date": date,
            "method": price.method or "hour",
            "price": price.price,
            "currency_id": (price.currency_id or company.currency_id).id,
            "product_id": price.product_id.id,
        }

    def _refresh_prices(self):
        """Take over what was agreed later, where it is not billed yet."""
        for line in self.filtered(lambda line: line.state in ("open", "nothing")):
            for name, value in self._prepare_price_values(
                line.visit_id, line.vendor_id
            ).items():
                field = line._fields[name]
                if field.convert_to_write(line[name], line) != value:
                    line[name] = value

    def _refresh_quantities(self):
        """Count hours, and what is paid by visit or order once.

        It stays where it is billed, otherwise it is on the first visit.
        """
        counted = set()
        others = self.search(
            [("order_id", "in", self.order_id.ids), ("method", "=", "order")]
        )
        for line in (self | others).sorted(
            lambda line: (line.state in ("open", "nothing"), line.date, line.id)
        ):
            if line.method == "hour":
                line._write_quantity(line.visit_id.work_hours)
                continue
            place = line.visit_id if line.method == "visit" else line.order_id
            key = (place, line.vendor_id.commercial_partner_id)
            line._write_quantity(0.0 if key in counted else 1.0)
            counted.add(key)

    def _write_quantity(self, quantity):
        for line in self:
            if line.quantity != quantity:
                line.quantity = quantity

    # --------------------------------------------------------------------- billing
    @api.model
    def _get_open_domain(self, partner, company):
        """Return what of a vendor's work waits for his bill."""
        vendor = partner.commercial_partner_id
        return [
            ("vendor_id.commercial_partner_id", "=", vendor.id),
            ("company_id", "=", company.id),
            ("state", "=", "open"),
        ]

    def _prepare_bill_line_values(self, bill):
        """Return the values of a line of a vendor's bill; also fit for an onchange."""
        self.ensure_one()
        price = self.currency_id._convert(
            self.price,
            bill.currency_id,
            self.company_id,
            bill.invoice_date or fields.Date.context_today(self),
            round=self.currency_id != bill.currency_id,
        )
        return {
            "product_id": self.product_id.id,
            "name": self.display_name,
            "quantity": self.quantity,
            "price_unit": price,
        }

    def action_create_bill(self):
        """Make draft bills of what is not billed, one per vendor and currency."""
        groups = self.filtered(lambda line: line.state == "open").grouped(
            lambda line: (
                line.vendor_id.commercial_partner_id,
                line.company_id,
                line.currency_id,
            )
        )
        if not groups:
            raise ValidationError(self.env._("There is nothing to be billed here."))
        bills = self.env["account.move"]
        for (vendor, company, currency), lines in groups.items():
            bill = bills.with_company(company).create(
                {
                    "move_type": "in_invoice",
                    "partner_id": vendor.id,
                    "company_id": company.id,
                    "currency_id": currency.id,
                }
            )
            bill._match_subcontracts(lines)
            bills |= bill
        return bills._get_records_action()
