from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.credibility import Job, get_indices

JOBS = st.lists(
    st.builds(
        Job,
        person=st.sampled_from("abcd"),
        kind=st.sampled_from(("repair", "installation", "visit")),
        actual=st.floats(min_value=0.1, max_value=20.0),
    ),
    max_size=40,
)


@tagged("post_install", "-at_install")
class TestCredibility(BaseCase):
    def test_by_hand(self):
        """Two people, one kind of job with a mean of 3 hours.

        a: 2, 2 (raw 4 / 6 = 2/3), b: 4, 4 (raw 8 / 6 = 4/3); within is 0, between is
        (6/9 + 6/9) / (12 - 72/12) = 2/9: the constant is 0, all is believed.
        """
        jobs = [
            Job(who, "repair", hours)
            for who, hours in (("a", 2.0), ("a", 2.0), ("b", 4.0), ("b", 4.0))
        ]
        indices = get_indices(jobs)
        self.assertAlmostEqual(indices["a"].value, 2 / 3)
        self.assertAlmostEqual(indices["b"].value, 4 / 3)
        self.assertEqual(indices["a"].credibility, 1.0)

    def test_few_jobs_are_drawn_to_the_mean(self):
        """a: 1, 3, b: 3, 5, mean 3; weights 6 and 6, raw 2/3 and 4/3.

        within = 3 x 4 x (1/3)² / 2 = 2/3; between = (2 x 6/9 - 2/3) / 6 = 1/9;
        constant 6, credibility 6 / 12: halfway to 1.0.
        """
        jobs = [
            Job(who, "repair", hours)
            for who, hours in (("a", 1.0), ("a", 3.0), ("b", 3.0), ("b", 5.0))
        ]
        indices = get_indices(jobs)
        self.assertAlmostEqual(indices["a"].credibility, 0.5)
        self.assertAlmostEqual(indices["a"].value, 1 - 1 / 6)
        self.assertAlmostEqual(indices["b"].value, 1 + 1 / 6)

    def test_the_mix_of_jobs_makes_nobody_slow(self):
        """Long jobs take long: both take what anybody takes."""
        jobs = [Job("a", "repair", 1.0), Job("b", "repair", 1.0)]
        jobs += [Job("a", "installation", 9.0)] * 5
        for index in get_indices(jobs).values():
            self.assertAlmostEqual(index.value, 1.0)

    def test_one_job_tells_nothing(self):
        self.assertEqual(get_indices([]), {})
        index = get_indices([Job("a", "repair", 4.0)])["a"]
        self.assertEqual((index.value, index.credibility, index.cases), (1.0, 0.0, 1))

    # A busy machine is no defect of the arithmetic.
    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(JOBS)
    def test_properties(self, jobs):
        indices = get_indices(jobs)
        self.assertAlmostEqual(
            sum(index.expected for index in indices.values()),
            sum(job.actual for job in jobs),
        )
        for index in indices.values():
            self.assertTrue(0.0 <= index.credibility <= 1.0)
            low, high = sorted((index.raw, index.mean))
            self.assertTrue(low - 1e-9 <= index.value <= high + 1e-9)
            self.assertAlmostEqual(index.mean, 1.0)
