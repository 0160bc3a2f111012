select max(delivery_on) as as_of_on
from {{ ref('int_refresh__deliveries') }}
