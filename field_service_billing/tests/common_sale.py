import base64
import io

from PIL import Image

from odoo import Command

from .common import FieldServiceBillingCommon


def draw_signature():
    """Return a small picture, as the phone sends a signature."""
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


class SaleWorkCommon(FieldServiceBillingCommon):
    """Services that make work orders: a flat one at 500.00, hours at 90.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flat = cls._create_work_service("Boiler service", 500.0, uom=False)
        cls.hours = cls._create_work_service("Technician", 90.0)
        cls.site = cls._create_partner("Site", parent_id=cls.partner.id)
        cls.salesman = cls._create_user("sales", "sales_team.group_sale_salesman")

    @classmethod
    def _create_work_service(cls, name, price, **values):
        return cls._create_service(
            name,
            price,
            service_tracking="field_service",
            service_job_type_id=cls.job_type.id,
            **values,
        )

    @classmethod
    def _sell(cls, *lines, confirm=True, user=None, **values):
        """Sell (product, quantity) or (product, quantity, values)."""
        sale_orders = cls.env["sale.order"].with_company(cls.company)
        if user:
            sale_orders = cls.env["sale.order"].with_user(user)
        sale_order = sale_orders.create(
            {
                "partner_id": cls.partner.id,
                "partner_shipping_id": cls.site.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": line[0].id,
                            "product_uom_qty": line[1],
                            **(line[2] if len(line) > 2 else {}),
                        }
                    )
                    for line in lines
                ],
                **values,
            }
        )
        if confirm:
            sale_order.action_confirm()
        return sale_order

    @classmethod
    def _get_work(cls, sale_order):
        return sale_order.sudo().order_line.service_order_id

    @classmethod
    def _do(cls, order, hours=2.0, **values):
        """Release an order and work it off in one visit."""
        if order.state == "draft":
            order.action_release()
        visit = cls._create_visit(order, **values)
        cls._work(visit, hours)
        return visit

    @classmethod
    def _invoice(cls, sale_order):
        return cls._post(sale_order._create_invoices(final=True))

    @classmethod
    def _create_included_tax(cls):
        """Return a tax of 19 % that is part of the price, on an account of its own."""
        tax = (
            cls.env["account.tax"]
            .with_company(cls.company)
            .create(
                {
                    "name": "19 %",
                    "amount": 19.0,
                    "price_include_override": "tax_included",
                    "company_id": cls.company.id,
                }
            )
        )
        lines = tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids
        lines.filtered(
            lambda line: line.repartition_type == "tax"
        ).account_id = cls._get_account("liability_current")
        return tax
