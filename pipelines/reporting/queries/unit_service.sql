-- Satisfaction and answers to reports by quarter, all services together.
select
    unit_id, quarter, n_responses, ikm_published, mutu, ci_low, ci_high, sample_sufficient, n_complaints,
    median_working_days_to_first_response, median_working_days_to_close, share_within_sla, n_open, nrr_u1, nrr_u2, nrr_u3, nrr_u4, nrr_u5,
    nrr_u6, nrr_u7, nrr_u8, nrr_u9, is_suppressed, suppression_reason
from service_quality
where is_all_services and {unit}
order by unit_id, quarter desc
