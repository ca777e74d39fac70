#pragma once
#include "headend/model/catalogue.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

/// Reads everything that a ward has and wants, as of one moment.
Result<model::Catalogue> read_catalogue(Connection& sql);

}  // namespace loa::headend::store::sqlite
