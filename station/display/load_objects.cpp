#include "station/display/load_objects.hpp"

#include "protocol/base/module.hpp"
#include "station/display/module/factory.hpp"

namespace loa::station::display {

Result<OpenObject> load_sign_objects() {
  LOA_TRY_LET(void* factory, load_module(object_module_name, object_factory_name));
  return OpenObject{reinterpret_cast<ObjectFactory>(factory)};
}

}  // namespace loa::station::display
