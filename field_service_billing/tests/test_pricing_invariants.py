"""Whatever is worked, ruled, covered, discounted and left out: nothing gets lost."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .pricing_common import RULES, PricingCommon

HOURS = st.decimals(min_value="0", max_value="12", places=2).map(float)
SETTINGS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@tagged("post_install", "-at_install")
class TestPricingInvariants(PricingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_terms(default=False)
        cls.order = cls._create_worked_order(1.0)
        cls.charge = cls.order.charge_ids
        cls.reason = cls.env.ref("field_service.field_service_reason_leakage_goodwill")

    @SETTINGS
    @given(
        hours=st.floats(min_value=0.0, max_value=30.0),
        people=st.integers(1, 4),
        extra=HOURS,
        step=st.sampled_from((0, 1, 6, 7, 10, 15, 30, 60)),
        nearest=st.booleans(),
        minimum=HOURS,
    )
    def test_stages(self, hours, people, extra, step, nearest, minimum):
        """Up never takes away, the nearest is half a step away, minimum holds."""
        terms = self.terms.new(
            {
                "time_step": step,
                "time_rounding": "nearest" if nearest else "up",
                "minimum_hours": minimum,
            }
        )
        stages = terms._get_time_stages("labour", hours, people, extra)
        worked = hours * people + extra
        self.assertAlmostEqual(stages["extra_qty"], worked, 6)
        rounding = (stages["rounding_qty"] - worked) / people
        # Seconds do not count: half a minute either way.
        slack = 0.5 / 60 + 1e-6
        if not step:
            self.assertAlmostEqual(rounding, 0.0, 6)
        elif nearest:
            self.assertLessEqual(abs(rounding), step / 120 + slack)
        else:
            self.assertGreaterEqual(rounding, -slack)
            self.assertLess(rounding, step / 60 + slack)
        if hours:
            self.assertGreaterEqual(
                stages["minimum_qty"] + 1e-6,
                max(stages["rounding_qty"], minimum * people + extra),
            )

    @SETTINGS
    @given(
        worked=HOURS,
        rules=st.tuples(HOURS, HOURS, HOURS),
        price=st.decimals(min_value="0.01", max_value="999", places=2).map(float),
        discount=st.decimals(min_value="0", max_value="100", places=2).map(float),
        share=st.floats(min_value=0.0, max_value=1.0),
        coverage=st.sampled_from(("chargeable", "warranty", "goodwill")),
    )
    def test_nothing_is_lost(self, worked, rules, price, discount, share, coverage):
        """Worked + rules = to bill + covered + left out; the same for the values."""
        with self.cr.savepoint() as savepoint:
            charge = self.charge
            charge.write(
                {
                    "worked_qty": worked,
                    **dict(zip(RULES, rules, strict=False)),
                    "price_unit": price,
                    "coverage": coverage,
                    "discount": discount,
                }
            )
            if coverage == "chargeable":
                charge.write(
                    {
                        "leakage_reason_id": self.reason.id,
                        "quantity": charge._get_chargeable_qty() * share,
                    }
                )
            else:
                self.assertAlmostEqual(charge.covered_qty, worked + sum(rules), 6)
            self._assert_balanced(self.order)
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    @SETTINGS
    @given(worked=HOURS, added=HOURS, more=HOURS)
    def test_never_more_than_worked_and_ruled(self, worked, added, more):
        with self.cr.savepoint() as savepoint:
            self.charge.write({"worked_qty": worked, "rounding_qty": added})
            self.assertAlmostEqual(self.charge.quantity, worked + added, 6)
            if more >= 0.01:
                with self.assertRaisesRegex(ValidationError, "no more of it"):
                    self.charge.quantity += more
            savepoint.close(rollback=True)
        self.env.invalidate_all()
